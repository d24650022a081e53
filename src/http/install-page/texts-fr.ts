/** The application's page in French. */
import type { PageTexts } from './texts.ts'

/** French, with the formal address that Bitrix24 uses. */
export const FRENCH: PageTexts = {
  subjects: {
    connected: {
      title: 'Le relais est connecté',
      text: 'Les modifications de ce Bitrix24 sont désormais transmises. Vous pouvez fermer cette page.',
    },
    unfinished_here: {
      title: 'L’installation n’a pas pu être terminée',
      text: 'Le relais est connecté, mais cette page n’a pas pu joindre Bitrix24 (api.bitrix24.com) pour terminer l’installation. Vérifiez le réseau et les éventuels bloqueurs de contenu, puis réessayez.',
    },
    incomplete: {
      title: 'Le relais n’est connecté qu’en partie',
      text: 'Les modifications sont transmises, mais Bitrix24 ne signale pas les événements indiqués ci-dessous.',
    },
    visitor: {
      title: 'Le relais est connecté',
      text: 'Vous n’avez rien à faire ici. Pour en savoir plus, adressez-vous à un administrateur de ce Bitrix24.',
    },
    active: {
      title: 'Le relais est connecté',
      text: 'Les modifications de ce Bitrix24 sont transmises. Vous n’avez rien à faire.',
    },
    pending: {
      title: 'Le relais attend son exploitant',
      text: 'L’installation est enregistrée. Elle sera active dès que l’exploitant aura configuré l’application dans le relais.',
    },
    unfinished: {
      title: 'L’installation n’est pas terminée',
      text: 'Tant qu’elle ne l’est pas, Bitrix24 n’envoie aucune modification. Rouvrez cette page en tant qu’administrateur. Si cela ne suffit pas, réinstallez l’application.',
    },
    tokens_lost: {
      title: 'Le relais a perdu son accès',
      text: 'Les modifications sont toujours transmises, mais sans préciser ce qui a changé. Rouvrez cette page en tant qu’administrateur pour renouveler l’accès. Si cela ne suffit pas, réinstallez l’application.',
    },
    no_rights: {
      title: 'Il manque des autorisations au relais',
      text: 'Vérifiez les autorisations de l’application dans Bitrix24, puis ouvrez cette page en tant qu’administrateur.',
    },
    suspended: {
      title: 'Bitrix24 a suspendu l’application',
      text: 'Le forfait de ce Bitrix24 ou l’abonnement à l’application a probablement expiré. Procédez au renouvellement, puis rouvrez cette page.',
    },
    portal_full: {
      title: 'L’espace de stockage du relais est plein',
      text: 'Les nouvelles modifications ne sont pas enregistrées et sont perdues. Prévenez l’exploitant du relais\u00A0: il doit libérer de la place pour ce Bitrix24.',
    },
    uninstalled: {
      title: 'L’application n’est pas installée',
      text: 'Aucune modification n’est transmise. Réinstallez l’application pour connecter ce Bitrix24.',
    },
    deleted: {
      title: 'Ce Bitrix24 a été supprimé',
      text: 'Selon Bitrix24, ce compte n’existe plus. Si c’est une erreur, adressez-vous à l’exploitant du relais.',
    },
    unanswered: {
      title: 'Bitrix24 n’a pas encore répondu',
      text: 'Le relais n’a pas pu vérifier cette demande. Il réessaiera chaque minute pendant une heure. Vous pouvez aussi le faire vous-même.',
    },
    busy: {
      title: 'Le relais est occupé',
      text: 'L’installation est enregistrée et sera terminée dans quelques minutes.',
    },
    untrusted: {
      title: 'L’installation n’a pas été acceptée',
      text: 'Ouvrez cette page en tant qu’administrateur de ce Bitrix24. Si cela ne suffit pas, adressez-vous à l’exploitant du relais.',
    },
    not_administrator: {
      title: 'Adressez-vous à un administrateur',
      text: 'Seul un administrateur de ce Bitrix24 peut connecter le relais. Rien n’a été modifié.',
    },
    another_application: {
      title: 'Une autre application est déjà connectée',
      text: 'Désinstallez l’autre application du relais dans ce Bitrix24, puis réessayez.',
    },
    session_expired: {
      title: 'Cette page a expiré',
      text: 'Rouvrez l’application depuis le menu de Bitrix24.',
    },
    too_many_requests: {
      title: 'Trop de tentatives',
      text: 'Il y a eu trop de tentatives pour ce Bitrix24. Attendez une minute, puis réessayez.',
    },
    not_stored: {
      title: 'L’installation n’a pas pu être enregistrée',
      text: 'Le relais rencontre actuellement un problème. Attendez quelques minutes, puis réessayez.',
    },
    misconfigured: {
      title: 'Le relais n’est pas encore configuré',
      text: 'Demandez à son exploitant de consulter /healthz, puis réessayez.',
    },
    malformed: {
      title: 'Cette page n’a pas été ouverte par Bitrix24',
      text: 'La requête ne semble pas provenir de Bitrix24. Ouvrez l’application depuis le menu de Bitrix24.',
    },
    too_large: {
      title: 'La requête est trop volumineuse',
      text: 'Rouvrez l’application depuis le menu de Bitrix24.',
    },
    wrong_method: {
      title: 'Cette page s’utilise dans Bitrix24',
      text: 'Hors de Bitrix24, elle n’affiche rien. Ouvrez l’application depuis le menu de Bitrix24.',
    },
  },
  labels: {
    lastEvent: 'Dernier événement',
    noEvent: 'Aucun pour l’instant',
    waiting: 'En attente d’envoi',
    parked: 'Retenus',
    missing: 'Événements sans abonnement',
    missingRemedy:
      'Si vous n’êtes pas administrateur de ce Bitrix24, demandez à l’un d’eux d’ouvrir cette page. Si vous l’êtes, vérifiez les autorisations de l’application.',
    tryAgain: 'Réessayer',
    code: 'Code d’erreur',
  },
}
