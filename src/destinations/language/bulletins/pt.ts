/** The words for bulletins in Portuguese. */
import type { BulletinWords } from '../bulletin-words.ts'

/** The Portuguese words for the events of the relay itself. */
export const ptBulletins: BulletinWords = {
  told: {
    'relay.lane.disabled': {
      title: '{destination}: a entrega parou',
      remedy:
        'O receptor não aceita nada e os eventos esperam. Corrija o destino ou o receptor e retome a entrega',
    },
    'relay.lane.behind': {
      title: '{destination}: o evento mais antigo espera há mais de meia hora',
      remedy: 'A entrega continua sozinha quando o receptor responde. O último erro mostra a causa',
    },
    'relay.event.parked': {
      title: {
        one: '{destination}: {count} evento não pôde ser entregue',
        many: '{destination}: {count} de eventos não puderam ser entregues',
        other: '{destination}: {count} eventos não puderam ser entregues',
      },
      remedy: 'Veja os motivos e reenvie o que foi separado quando a causa tiver desaparecido',
    },
    'relay.portal.tokens_lost': {
      title: 'O relay perdeu o acesso à conta',
      remedy:
        'Os eventos saem sem detalhes. Um administrador recupera o acesso ao abrir o aplicativo no Bitrix24',
    },
    'relay.portal.suspended': {
      title: 'O plano da conta terminou',
      remedy: 'O Bitrix24 volta a responder ao relay quando o plano for pago',
    },
    'relay.portal.unfinished': {
      title: 'A instalação do aplicativo não terminou',
      remedy:
        'O Bitrix24 ainda não envia eventos. Um administrador a conclui ao abrir o aplicativo no Bitrix24',
    },
    'relay.portal.quiet': {
      title: 'Nenhum evento chega há mais tempo do que o habitual',
      remedy: 'A página da conta no painel mostra quais eventos ela não assina',
    },
    'relay.portal.storage': {
      title: 'O registro da conta está quase cheio',
      remedy:
        'Os eventos mais antigos darão lugar. Permita um registro maior ou uma retenção mais curta e procure uma entrega parada',
    },
    'relay.portal.installed': {
      title: 'O aplicativo foi instalado',
      remedy: 'Seus eventos são entregues a partir de agora',
    },
    'relay.portal.updated': {
      title: 'O aplicativo foi atualizado',
      remedy: 'O relay compara as assinaturas da conta e repõe as que faltam',
    },
    'relay.portal.paid': {
      title: 'O aplicativo está pago',
      remedy: 'Não há nada a fazer',
    },
    'relay.portal.payment_ended': {
      title: 'O pagamento do aplicativo terminou',
      remedy: 'Os eventos continuam enquanto o Bitrix24 os enviar',
    },
    'relay.portal.method_confirm': {
      title: 'Um administrador decidiu sobre o método {method}',
      remedy: 'O que foi permitido vale a partir da próxima chamada',
    },
    'relay.portal.uninstalled': {
      title: 'O aplicativo foi desinstalado',
      remedy: 'Seus tokens foram apagados. Os eventos voltam depois de uma nova instalação',
    },
    'relay.callers.refused': {
      title: {
        one: '{count} chamada em nome da conta foi recusada',
        many: '{count} de chamadas em nome da conta foram recusadas',
        other: '{count} chamadas em nome da conta foram recusadas',
      },
      remedy:
        'Compare o token do aplicativo com a configuração. A lista de chamadas recusadas mostra de onde vieram',
    },
    'relay.changes.found': {
      title: {
        one: 'Foi encontrada {count} alteração que nenhum evento comunicou',
        many: 'Foram encontradas {count} de alterações que nenhum evento comunicou',
        other: 'Foram encontradas {count} alterações que nenhum evento comunicou',
      },
      remedy: 'Uma comparação as encontrou. Verifique se a conta assina os seus eventos',
    },
  },
  recovered: {
    'relay.lane.disabled': '{destination}: a entrega continua',
    'relay.lane.behind': '{destination}: não há mais atraso',
    'relay.portal.tokens_lost': 'O relay voltou a ter acesso à conta',
    'relay.portal.suspended': 'O plano da conta está ativo de novo',
    'relay.portal.unfinished': 'A instalação do aplicativo terminou',
    'relay.portal.quiet': 'Os eventos voltaram a chegar',
    'relay.portal.storage': 'O registro da conta voltou a ter espaço',
  },
  reason: 'Motivo',
}
