/** The words for bulletins in French. */
import type { BulletinWords } from '../bulletin-words.ts'

/** The French words for the events of the relay itself. */
export const frBulletins: BulletinWords = {
  told: {
    'relay.lane.disabled': {
      title: '{destination} : la livraison s’est arrêtée',
      remedy:
        'Le récepteur n’accepte rien et les événements attendent. Corrigez la destination ou son récepteur, puis reprenez la livraison',
    },
    'relay.lane.behind': {
      title: '{destination} : l’événement le plus ancien attend depuis plus d’une demi-heure',
      remedy:
        'La livraison reprend d’elle-même quand le récepteur répond. Sa dernière erreur en dit la cause',
    },
    'relay.event.parked': {
      title: {
        one: '{destination} : {count} événement n’a pas pu être livré',
        many: '{destination} : {count} d’événements n’ont pas pu être livrés',
        other: '{destination} : {count} événements n’ont pas pu être livrés',
      },
      remedy: 'Regardez les motifs, et renvoyez ce qui est mis de côté quand la cause a disparu',
    },
    'relay.portal.tokens_lost': {
      title: 'Le relais a perdu l’accès au compte',
      remedy:
        'Les événements partent sans détails. Un administrateur rétablit l’accès en ouvrant l’application dans Bitrix24',
    },
    'relay.portal.suspended': {
      title: 'Le forfait du compte est terminé',
      remedy: 'Bitrix24 répondra de nouveau au relais quand le forfait sera payé',
    },
    'relay.portal.unfinished': {
      title: 'L’installation de l’application n’est pas terminée',
      remedy:
        'Bitrix24 n’envoie pas encore d’événements. Un administrateur la termine en ouvrant l’application dans Bitrix24',
    },
    'relay.portal.quiet': {
      title: 'Aucun événement n’arrive depuis plus longtemps que d’habitude',
      remedy: 'La page du compte dans le tableau de bord montre les événements sans abonnement',
    },
    'relay.portal.storage': {
      title: 'Le journal du compte est presque plein',
      remedy:
        'Ses événements les plus anciens feront de la place. Autorisez un journal plus grand ou une conservation plus courte, et cherchez une livraison arrêtée',
    },
    'relay.portal.installed': {
      title: 'L’application a été installée',
      remedy: 'Ses événements sont livrés à partir de maintenant',
    },
    'relay.portal.updated': {
      title: 'L’application a été mise à jour',
      remedy: 'Le relais compare les abonnements du compte et rétablit ce qui manque',
    },
    'relay.portal.paid': {
      title: 'L’application est payée',
      remedy: 'Il n’y a rien à faire',
    },
    'relay.portal.payment_ended': {
      title: 'Le paiement de l’application a pris fin',
      remedy: 'Les événements continuent tant que Bitrix24 les envoie',
    },
    'relay.portal.method_confirm': {
      title: 'Un administrateur a décidé de la méthode {method}',
      remedy: 'Ce qui est autorisé sert dès le prochain appel',
    },
    'relay.portal.uninstalled': {
      title: 'L’application a été désinstallée',
      remedy:
        'Ses jetons sont supprimés. Les événements reviennent après une nouvelle installation',
    },
    'relay.callers.refused': {
      title: {
        one: '{count} appel au nom du compte a été refusé',
        many: '{count} d’appels au nom du compte ont été refusés',
        other: '{count} appels au nom du compte ont été refusés',
      },
      remedy:
        'Comparez le jeton de l’application avec la configuration. La liste des appels refusés montre d’où ils viennent',
    },
    'relay.changes.found': {
      title: {
        one: '{count} modification a été trouvée qu’aucun événement n’avait annoncée',
        many: '{count} de modifications ont été trouvées qu’aucun événement n’avait annoncées',
        other: '{count} modifications ont été trouvées qu’aucun événement n’avait annoncées',
      },
      remedy: 'Une comparaison les a trouvées. Vérifiez que le compte est abonné à ses événements',
    },
  },
  recovered: {
    'relay.lane.disabled': '{destination} : la livraison continue',
    'relay.lane.behind': '{destination} : il n’y a plus de retard',
    'relay.portal.tokens_lost': 'Le relais a de nouveau accès au compte',
    'relay.portal.suspended': 'Le forfait du compte est de nouveau actif',
    'relay.portal.unfinished': 'L’installation de l’application est terminée',
    'relay.portal.quiet': 'Les événements arrivent de nouveau',
    'relay.portal.storage': 'Le journal du compte a de nouveau de la place',
  },
  reason: 'Motif',
}
