/** The application's page in Spanish. */
import type { PageTexts } from './texts.ts'

/** Spanish, for Spain and Latin America alike. */
export const SPANISH: PageTexts = {
  subjects: {
    connected: {
      title: 'El servicio está conectado',
      text: 'Los cambios de este Bitrix24 se transmiten a partir de ahora. Puede cerrar esta página.',
    },
    unfinished_here: {
      title: 'No se ha podido terminar la instalación',
      text: 'El servicio está conectado, pero esta página no ha podido acceder a Bitrix24 (api.bitrix24.com) para terminar la instalación. Revise la red y los bloqueadores de contenido e inténtelo de nuevo.',
    },
    incomplete: {
      title: 'El servicio está conectado solo en parte',
      text: 'Los cambios se transmiten, pero Bitrix24 no notifica los eventos que se indican abajo.',
    },
    visitor: {
      title: 'El servicio está conectado',
      text: 'No tiene que hacer nada aquí. Si quiere saber más, pregunte a un administrador de este Bitrix24.',
    },
    active: {
      title: 'El servicio está conectado',
      text: 'Los cambios de este Bitrix24 se transmiten. No tiene que hacer nada.',
    },
    pending: {
      title: 'El servicio espera a su operador',
      text: 'La instalación ha quedado registrada. Se activará en cuanto el operador configure la aplicación en el servicio.',
    },
    unfinished: {
      title: 'La instalación no ha terminado',
      text: 'Hasta que termine, Bitrix24 no envía cambios. Abra de nuevo esta página como administrador. Si eso no lo resuelve, vuelva a instalar la aplicación.',
    },
    tokens_lost: {
      title: 'El servicio ha perdido el acceso',
      text: 'Los cambios se siguen transmitiendo, pero sin indicar qué ha cambiado. Abra de nuevo esta página como administrador para renovar el acceso. Si eso no lo resuelve, vuelva a instalar la aplicación.',
    },
    no_rights: {
      title: 'Al servicio le faltan permisos',
      text: 'Revise los permisos de la aplicación en Bitrix24 y abra después esta página como administrador.',
    },
    suspended: {
      title: 'Bitrix24 ha suspendido la aplicación',
      text: 'Probablemente ha vencido el plan de este Bitrix24 o la suscripción de la aplicación. Renueve lo que haya vencido y abra de nuevo esta página.',
    },
    portal_full: {
      title: 'El almacenamiento del servicio está lleno',
      text: 'Los cambios nuevos no se guardan y se pierden. Avise al operador del servicio: tiene que liberar espacio para este Bitrix24.',
    },
    uninstalled: {
      title: 'La aplicación no está instalada',
      text: 'No se transmite ningún cambio. Instale de nuevo la aplicación para conectar este Bitrix24.',
    },
    deleted: {
      title: 'Este Bitrix24 ha sido eliminado',
      text: 'Según Bitrix24, esta cuenta ya no existe. Si es un error, consulte al operador del servicio.',
    },
    unanswered: {
      title: 'Bitrix24 todavía no ha respondido',
      text: 'El servicio no ha podido verificar esta solicitud. Volverá a preguntar cada minuto durante una hora. También puede intentarlo usted.',
    },
    busy: {
      title: 'El servicio está ocupado',
      text: 'La instalación ha quedado registrada y terminará en unos minutos.',
    },
    untrusted: {
      title: 'La instalación no se ha aceptado',
      text: 'Abra esta página como administrador de este Bitrix24. Si eso no lo resuelve, consulte al operador del servicio.',
    },
    not_administrator: {
      title: 'Consulte a un administrador',
      text: 'Solo un administrador de este Bitrix24 puede conectar el servicio. No se ha cambiado nada.',
    },
    another_application: {
      title: 'Ya hay otra aplicación conectada',
      text: 'Desinstale la otra aplicación del servicio en este Bitrix24 e inténtelo de nuevo.',
    },
    session_expired: {
      title: 'Esta página ha caducado',
      text: 'Abra de nuevo la aplicación desde el menú de Bitrix24.',
    },
    too_many_requests: {
      title: 'Demasiados intentos',
      text: 'Ha habido demasiados intentos para este Bitrix24. Espere un minuto e inténtelo de nuevo.',
    },
    not_stored: {
      title: 'No se ha podido guardar la instalación',
      text: 'El servicio tiene un problema en este momento. Espere unos minutos e inténtelo de nuevo.',
    },
    misconfigured: {
      title: 'El servicio aún no está configurado',
      text: 'Pida a su operador que revise /healthz e inténtelo de nuevo.',
    },
    malformed: {
      title: 'Esta página no se ha abierto desde Bitrix24',
      text: 'La solicitud no parece proceder de Bitrix24. Abra la aplicación desde el menú de Bitrix24.',
    },
    too_large: {
      title: 'La solicitud es demasiado grande',
      text: 'Abra de nuevo la aplicación desde el menú de Bitrix24.',
    },
    wrong_method: {
      title: 'Esta página se usa dentro de Bitrix24',
      text: 'Fuera de Bitrix24 no muestra nada. Abra la aplicación desde el menú de Bitrix24.',
    },
  },
  labels: {
    lastEvent: 'Último evento',
    noEvent: 'Ninguno todavía',
    waiting: 'Pendientes de envío',
    parked: 'Retenidos',
    missing: 'Eventos sin suscripción',
    missingRemedy:
      'Si usted no es administrador de este Bitrix24, pida a uno que abra esta página. Si lo es, revise los permisos de la aplicación.',
    tryAgain: 'Intentar de nuevo',
    code: 'Código de error',
  },
}
