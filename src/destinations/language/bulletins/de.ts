/** The words for bulletins in German. */
import type { BulletinWords } from '../bulletin-words.ts'

/** The German words for the events of the relay itself. */
export const deBulletins: BulletinWords = {
  told: {
    'relay.lane.disabled': {
      title: '{destination}: Die Zustellung steht',
      remedy:
        'Der Empfänger nimmt nichts an, und die Ereignisse warten. Das Ziel oder den Empfänger berichtigen und die Zustellung fortsetzen',
    },
    'relay.lane.behind': {
      title: '{destination}: Das älteste Ereignis wartet seit mehr als einer halben Stunde',
      remedy:
        'Es geht von selbst weiter, sobald der Empfänger antwortet. Der letzte Fehler sagt, woran es liegt',
    },
    'relay.event.parked': {
      title: {
        one: '{destination}: {count} Ereignis konnte nicht zugestellt werden',
        other: '{destination}: {count} Ereignisse konnten nicht zugestellt werden',
      },
      remedy:
        'Die Gründe ansehen und alles Beiseitegelegte erneut senden, sobald die Ursache behoben ist',
    },
    'relay.portal.tokens_lost': {
      title: 'Das Relay hat den Zugriff auf das Konto verloren',
      remedy:
        'Ereignisse gehen ohne Einzelheiten hinaus. Ein Administrator stellt den Zugriff wieder her, indem er die Anwendung in Bitrix24 öffnet',
    },
    'relay.portal.suspended': {
      title: 'Der Tarif des Kontos ist abgelaufen',
      remedy: 'Bitrix24 antwortet dem Relay wieder, sobald der Tarif bezahlt ist',
    },
    'relay.portal.unfinished': {
      title: 'Die Installation der Anwendung ist nicht abgeschlossen',
      remedy:
        'Bitrix24 sendet noch keine Ereignisse. Ein Administrator schließt sie ab, indem er die Anwendung in Bitrix24 öffnet',
    },
    'relay.portal.quiet': {
      title: 'Seit ungewöhnlich langer Zeit ist kein Ereignis gekommen',
      remedy: 'Die Seite des Kontos im Dashboard zeigt, welche Ereignisse nicht abonniert sind',
    },
    'relay.portal.storage': {
      title: 'Das Protokoll des Kontos ist fast voll',
      remedy:
        'Die ältesten Ereignisse werden Platz machen. Ein größeres Protokoll oder eine kürzere Aufbewahrung erlauben und nach einer stehenden Zustellung suchen',
    },
    'relay.portal.installed': {
      title: 'Die Anwendung wurde installiert',
      remedy: 'Ihre Ereignisse werden von jetzt an zugestellt',
    },
    'relay.portal.updated': {
      title: 'Die Anwendung wurde aktualisiert',
      remedy: 'Das Relay vergleicht die Abonnements des Kontos und ergänzt, was fehlt',
    },
    'relay.portal.paid': {
      title: 'Die Anwendung ist bezahlt',
      remedy: 'Es ist nichts zu tun',
    },
    'relay.portal.payment_ended': {
      title: 'Die Bezahlung der Anwendung ist abgelaufen',
      remedy: 'Ereignisse kommen weiter, solange Bitrix24 sie sendet',
    },
    'relay.portal.method_confirm': {
      title: 'Ein Administrator hat über die Methode {method} entschieden',
      remedy: 'Was erlaubt wurde, gilt ab dem nächsten Aufruf',
    },
    'relay.portal.uninstalled': {
      title: 'Die Anwendung wurde deinstalliert',
      remedy:
        'Ihre Tokens sind gelöscht. Ereignisse kommen erst nach einer neuen Installation wieder',
    },
    'relay.callers.refused': {
      title: {
        one: '{count} Aufruf im Namen des Kontos wurde abgewiesen',
        other: '{count} Aufrufe im Namen des Kontos wurden abgewiesen',
      },
      remedy:
        'Das Token der Anwendung mit der Konfiguration vergleichen. Die Liste der abgewiesenen Aufrufer zeigt, woher sie kamen',
    },
    'relay.changes.found': {
      title: {
        one: '{count} Änderung wurde gefunden, die kein Ereignis gemeldet hat',
        other: '{count} Änderungen wurden gefunden, die kein Ereignis gemeldet hat',
      },
      remedy: 'Ein Vergleich hat sie gefunden. Prüfen, ob die Ereignisse des Kontos abonniert sind',
    },
  },
  recovered: {
    'relay.lane.disabled': '{destination}: Die Zustellung geht weiter',
    'relay.lane.behind': '{destination}: Der Rückstand ist aufgeholt',
    'relay.portal.tokens_lost': 'Das Relay hat wieder Zugriff auf das Konto',
    'relay.portal.suspended': 'Der Tarif des Kontos ist wieder aktiv',
    'relay.portal.unfinished': 'Die Installation der Anwendung ist abgeschlossen',
    'relay.portal.quiet': 'Es kommen wieder Ereignisse',
    'relay.portal.storage': 'Das Protokoll des Kontos hat wieder Platz',
  },
  reason: 'Grund',
}
