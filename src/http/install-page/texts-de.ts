/** The application's page in German. */
import type { PageTexts } from './texts.ts'

/** German, with the formal address that Bitrix24 uses. */
export const GERMAN: PageTexts = {
  subjects: {
    connected: {
      title: 'Das Relay ist verbunden',
      text: 'Änderungen in diesem Bitrix24 werden ab jetzt weitergeleitet. Sie können diese Seite schließen.',
    },
    unfinished_here: {
      title: 'Die Installation konnte nicht abgeschlossen werden',
      text: 'Das Relay ist verbunden, aber diese Seite konnte Bitrix24 unter api.bitrix24.com nicht erreichen, um die Installation abzuschließen. Prüfen Sie das Netzwerk und etwaige Werbeblocker und versuchen Sie es dann erneut.',
    },
    incomplete: {
      title: 'Das Relay ist nur teilweise verbunden',
      text: 'Änderungen werden weitergeleitet, aber die unten genannten Ereignisse meldet Bitrix24 nicht.',
    },
    visitor: {
      title: 'Das Relay ist verbunden',
      text: 'Für Sie gibt es hier nichts zu tun. Wenn Sie mehr wissen möchten, fragen Sie einen Administrator dieses Bitrix24.',
    },
    active: {
      title: 'Das Relay ist verbunden',
      text: 'Änderungen in diesem Bitrix24 werden weitergeleitet. Es ist nichts zu tun.',
    },
    pending: {
      title: 'Das Relay wartet auf seinen Betreiber',
      text: 'Die Installation ist vorgemerkt. Sie wird aktiv, sobald der Betreiber die Anwendung im Relay konfiguriert hat.',
    },
    unfinished: {
      title: 'Die Installation ist nicht abgeschlossen',
      text: 'Bis sie abgeschlossen ist, sendet Bitrix24 keine Änderungen. Öffnen Sie diese Seite erneut als Administrator. Hilft das nicht, installieren Sie die Anwendung neu.',
    },
    tokens_lost: {
      title: 'Das Relay hat seinen Zugriff verloren',
      text: 'Änderungen werden weiterhin weitergeleitet, aber ohne Angabe, was geändert wurde. Öffnen Sie diese Seite erneut als Administrator, um den Zugriff zu erneuern. Hilft das nicht, installieren Sie die Anwendung neu.',
    },
    no_rights: {
      title: 'Dem Relay fehlen Berechtigungen',
      text: 'Prüfen Sie die Berechtigungen der Anwendung in Bitrix24 und öffnen Sie diese Seite dann als Administrator.',
    },
    suspended: {
      title: 'Bitrix24 hat die Anwendung gesperrt',
      text: 'Vermutlich ist der Tarif dieses Bitrix24 oder das Abonnement der Anwendung abgelaufen. Sorgen Sie für eine Verlängerung und öffnen Sie diese Seite erneut.',
    },
    portal_full: {
      title: 'Der Speicher des Relays ist voll',
      text: 'Neue Änderungen werden nicht gespeichert und gehen verloren. Wenden Sie sich an den Betreiber des Relays: Er muss Platz für dieses Bitrix24 schaffen.',
    },
    uninstalled: {
      title: 'Die Anwendung ist nicht installiert',
      text: 'Es werden keine Änderungen weitergeleitet. Installieren Sie die Anwendung neu, um dieses Bitrix24 zu verbinden.',
    },
    deleted: {
      title: 'Dieses Bitrix24 wurde gelöscht',
      text: 'Laut Bitrix24 existiert dieser Account nicht mehr. Falls das nicht stimmt, wenden Sie sich an den Betreiber des Relays.',
    },
    unanswered: {
      title: 'Bitrix24 hat noch nicht geantwortet',
      text: 'Das Relay konnte diesen Aufruf nicht prüfen. Es fragt eine Stunde lang jede Minute erneut nach. Sie können es auch selbst noch einmal versuchen.',
    },
    busy: {
      title: 'Das Relay ist ausgelastet',
      text: 'Die Installation ist vorgemerkt und wird in einigen Minuten abgeschlossen.',
    },
    untrusted: {
      title: 'Die Installation wurde nicht angenommen',
      text: 'Öffnen Sie diese Seite als Administrator dieses Bitrix24. Hilft das nicht, wenden Sie sich an den Betreiber des Relays.',
    },
    not_administrator: {
      title: 'Bitte wenden Sie sich an einen Administrator',
      text: 'Nur ein Administrator dieses Bitrix24 kann das Relay verbinden. Es wurde nichts geändert.',
    },
    another_application: {
      title: 'Eine andere Anwendung ist bereits verbunden',
      text: 'Deinstallieren Sie die andere Anwendung des Relays in diesem Bitrix24 und versuchen Sie es dann erneut.',
    },
    session_expired: {
      title: 'Diese Seite ist abgelaufen',
      text: 'Öffnen Sie die Anwendung erneut über das Menü von Bitrix24.',
    },
    too_many_requests: {
      title: 'Zu viele Versuche',
      text: 'Für dieses Bitrix24 gab es zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann erneut.',
    },
    not_stored: {
      title: 'Die Installation konnte nicht gespeichert werden',
      text: 'Beim Relay liegt zurzeit eine Störung vor. Warten Sie einige Minuten und versuchen Sie es dann erneut.',
    },
    misconfigured: {
      title: 'Das Relay ist noch nicht konfiguriert',
      text: 'Bitten Sie den Betreiber, /healthz zu prüfen, und versuchen Sie es dann erneut.',
    },
    malformed: {
      title: 'Diese Seite wurde nicht von Bitrix24 geöffnet',
      text: 'Die Anfrage sieht nicht wie eine von Bitrix24 aus. Öffnen Sie die Anwendung über das Menü von Bitrix24.',
    },
    too_large: {
      title: 'Die Anfrage ist zu groß',
      text: 'Öffnen Sie die Anwendung erneut über das Menü von Bitrix24.',
    },
    wrong_method: {
      title: 'Diese Seite gehört in Bitrix24',
      text: 'Sie zeigt nur innerhalb von Bitrix24 etwas an. Öffnen Sie die Anwendung dort über das Menü.',
    },
  },
  labels: {
    lastEvent: 'Letztes Ereignis',
    noEvent: 'Noch keines',
    waiting: 'Warten auf Zustellung',
    parked: 'Zurückgestellt',
    missing: 'Nicht abonnierte Ereignisse',
    missingRemedy:
      'Wenn Sie kein Administrator dieses Bitrix24 sind, bitten Sie einen, diese Seite zu öffnen. Andernfalls prüfen Sie die Berechtigungen der Anwendung.',
    tryAgain: 'Erneut versuchen',
    code: 'Fehlercode',
  },
}
