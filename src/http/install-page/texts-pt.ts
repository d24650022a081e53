/** The application's page in Portuguese. */
import type { PageTexts } from './texts.ts'

/** Portuguese as Bitrix24 has it: Brazilian. */
export const PORTUGUESE: PageTexts = {
  subjects: {
    connected: {
      title: 'O relay está conectado',
      text: 'A partir de agora, as alterações deste Bitrix24 são encaminhadas. Você pode fechar esta página.',
    },
    unfinished_here: {
      title: 'Não foi possível concluir a instalação',
      text: 'O relay está conectado, mas esta página não conseguiu acessar o Bitrix24 (api.bitrix24.com) para concluir a instalação. Verifique a rede e os bloqueadores de conteúdo e tente novamente.',
    },
    incomplete: {
      title: 'O relay está conectado só em parte',
      text: 'As alterações são encaminhadas, mas o Bitrix24 não informa os eventos listados abaixo.',
    },
    visitor: {
      title: 'O relay está conectado',
      text: 'Você não precisa fazer nada aqui. Para saber mais, fale com um administrador deste Bitrix24.',
    },
    active: {
      title: 'O relay está conectado',
      text: 'As alterações deste Bitrix24 são encaminhadas. Você não precisa fazer nada.',
    },
    pending: {
      title: 'O relay aguarda seu operador',
      text: 'A instalação foi registrada. Ela será ativada assim que o operador configurar o aplicativo no relay.',
    },
    unfinished: {
      title: 'A instalação não foi concluída',
      text: 'Até que seja concluída, o Bitrix24 não envia alterações. Abra esta página novamente como administrador. Se não resolver, reinstale o aplicativo.',
    },
    tokens_lost: {
      title: 'O relay perdeu o acesso',
      text: 'As alterações continuam sendo encaminhadas, mas sem indicar o que mudou. Abra esta página novamente como administrador para renovar o acesso. Se não resolver, reinstale o aplicativo.',
    },
    no_rights: {
      title: 'O relay não tem permissões suficientes',
      text: 'Verifique as permissões do aplicativo no Bitrix24 e depois abra esta página como administrador.',
    },
    suspended: {
      title: 'O Bitrix24 suspendeu o aplicativo',
      text: 'Provavelmente o plano deste Bitrix24 ou a assinatura do aplicativo venceu. Faça a renovação e abra esta página novamente.',
    },
    portal_full: {
      title: 'O armazenamento do relay está cheio',
      text: 'As novas alterações não são gravadas e se perdem. Avise o operador do relay: ele precisa liberar espaço para este Bitrix24.',
    },
    uninstalled: {
      title: 'O aplicativo não está instalado',
      text: 'Nenhuma alteração é encaminhada. Instale o aplicativo novamente para conectar este Bitrix24.',
    },
    deleted: {
      title: 'Este Bitrix24 foi excluído',
      text: 'Segundo o Bitrix24, esta conta não existe mais. Se isso estiver errado, fale com o operador do relay.',
    },
    unanswered: {
      title: 'O Bitrix24 ainda não respondeu',
      text: 'O relay não conseguiu verificar esta solicitação. Ele tentará de novo a cada minuto durante uma hora. Você também pode tentar agora.',
    },
    busy: {
      title: 'O relay está ocupado',
      text: 'A instalação foi registrada e será concluída em alguns minutos.',
    },
    untrusted: {
      title: 'A instalação não foi aceita',
      text: 'Abra esta página como administrador deste Bitrix24. Se não resolver, fale com o operador do relay.',
    },
    not_administrator: {
      title: 'Fale com um administrador',
      text: 'Só um administrador deste Bitrix24 pode conectar o relay. Nada foi alterado.',
    },
    another_application: {
      title: 'Outro aplicativo já está conectado',
      text: 'Desinstale o outro aplicativo do relay neste Bitrix24 e tente novamente.',
    },
    session_expired: {
      title: 'Esta página expirou',
      text: 'Abra o aplicativo novamente pelo menu do Bitrix24.',
    },
    too_many_requests: {
      title: 'Muitas tentativas',
      text: 'Houve muitas tentativas para este Bitrix24. Aguarde um minuto e tente novamente.',
    },
    not_stored: {
      title: 'Não foi possível salvar a instalação',
      text: 'O relay está com um problema no momento. Aguarde alguns minutos e tente novamente.',
    },
    misconfigured: {
      title: 'O relay ainda não está configurado',
      text: 'Peça ao operador que verifique /healthz e tente novamente.',
    },
    malformed: {
      title: 'Esta página não foi aberta pelo Bitrix24',
      text: 'A solicitação não parece vir do Bitrix24. Abra o aplicativo pelo menu do Bitrix24.',
    },
    too_large: {
      title: 'A solicitação é grande demais',
      text: 'Abra o aplicativo novamente pelo menu do Bitrix24.',
    },
    wrong_method: {
      title: 'Esta página funciona dentro do Bitrix24',
      text: 'Fora do Bitrix24 ela não mostra nada. Abra o aplicativo pelo menu do Bitrix24.',
    },
  },
  labels: {
    lastEvent: 'Último evento',
    noEvent: 'Nenhum ainda',
    waiting: 'Aguardando entrega',
    parked: 'Retidos',
    missing: 'Eventos sem assinatura',
    missingRemedy:
      'Se você não é administrador deste Bitrix24, peça a um deles que abra esta página. Se for, verifique as permissões do aplicativo.',
    tryAgain: 'Tentar novamente',
    code: 'Código do erro',
  },
}
