/** The words for bulletins in Spanish. */
import type { BulletinWords } from '../bulletin-words.ts'

/** The Spanish words for the events of the relay itself. */
export const esBulletins: BulletinWords = {
  told: {
    'relay.lane.disabled': {
      title: '{destination}: la entrega se ha detenido',
      remedy:
        'El receptor no acepta nada y los eventos esperan. Corrija el destino o su receptor y reanude la entrega',
    },
    'relay.lane.behind': {
      title: '{destination}: el evento más antiguo espera desde hace más de media hora',
      remedy:
        'La entrega sigue por sí sola cuando el receptor responde. Su último error dice la causa',
    },
    'relay.event.parked': {
      title: {
        one: '{destination}: no se pudo entregar {count} evento',
        many: '{destination}: no se pudieron entregar {count} de eventos',
        other: '{destination}: no se pudieron entregar {count} eventos',
      },
      remedy: 'Mire los motivos y vuelva a enviar lo apartado cuando la causa haya desaparecido',
    },
    'relay.portal.tokens_lost': {
      title: 'El relé ha perdido el acceso a la cuenta',
      remedy:
        'Los eventos salen sin detalles. Un administrador recupera el acceso al abrir la aplicación en Bitrix24',
    },
    'relay.portal.suspended': {
      title: 'El plan de la cuenta ha terminado',
      remedy: 'Bitrix24 volverá a responder al relé cuando se pague el plan',
    },
    'relay.portal.unfinished': {
      title: 'La instalación de la aplicación no ha terminado',
      remedy:
        'Bitrix24 todavía no envía eventos. Un administrador la termina al abrir la aplicación en Bitrix24',
    },
    'relay.portal.quiet': {
      title: 'No llega ningún evento desde hace más tiempo de lo habitual',
      remedy: 'La página de la cuenta en el panel muestra a qué eventos no está suscrita',
    },
    'relay.portal.storage': {
      title: 'El registro de la cuenta está casi lleno',
      remedy:
        'Sus eventos más antiguos harán sitio. Permita un registro mayor o una conservación más corta y busque una entrega detenida',
    },
    'relay.portal.installed': {
      title: 'La aplicación se ha instalado',
      remedy: 'Sus eventos se entregan desde ahora',
    },
    'relay.portal.updated': {
      title: 'La aplicación se ha actualizado',
      remedy: 'El relé compara las suscripciones de la cuenta y repone las que faltan',
    },
    'relay.portal.paid': {
      title: 'La aplicación está pagada',
      remedy: 'No hay nada que hacer',
    },
    'relay.portal.payment_ended': {
      title: 'El pago de la aplicación ha terminado',
      remedy: 'Los eventos siguen mientras Bitrix24 los envíe',
    },
    'relay.portal.method_confirm': {
      title: 'Un administrador ha decidido sobre el método {method}',
      remedy: 'Lo permitido se usa en la próxima llamada',
    },
    'relay.portal.uninstalled': {
      title: 'La aplicación se ha desinstalado',
      remedy: 'Sus tokens se han borrado. Los eventos vuelven después de una nueva instalación',
    },
    'relay.callers.refused': {
      title: {
        one: 'Se rechazó {count} llamada en nombre de la cuenta',
        many: 'Se rechazaron {count} de llamadas en nombre de la cuenta',
        other: 'Se rechazaron {count} llamadas en nombre de la cuenta',
      },
      remedy:
        'Compare el token de la aplicación con la configuración. La lista de llamadas rechazadas muestra de dónde vinieron',
    },
    'relay.changes.found': {
      title: {
        one: 'Se encontró {count} cambio que ningún evento había comunicado',
        many: 'Se encontraron {count} de cambios que ningún evento había comunicado',
        other: 'Se encontraron {count} cambios que ningún evento había comunicado',
      },
      remedy: 'Los mostró una comparación. Compruebe si la cuenta está suscrita a sus eventos',
    },
  },
  recovered: {
    'relay.lane.disabled': '{destination}: la entrega continúa',
    'relay.lane.behind': '{destination}: ya no hay retraso',
    'relay.portal.tokens_lost': 'El relé vuelve a tener acceso a la cuenta',
    'relay.portal.suspended': 'El plan de la cuenta vuelve a estar activo',
    'relay.portal.unfinished': 'La instalación de la aplicación ha terminado',
    'relay.portal.quiet': 'Vuelven a llegar eventos',
    'relay.portal.storage': 'El registro de la cuenta vuelve a tener sitio',
  },
  reason: 'Motivo',
}
