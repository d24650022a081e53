/** The events about calls, open lines and the bots of an application. */
import type { EventTopic } from '../event-topic.ts'

/** The topics of calls. */
export const CALL_TOPICS = [
  {
    kind: 'call',
    scope: 'telephony',
    events: {
      ONVOXIMPLANTCALLINIT: 'initiated',
      ONVOXIMPLANTCALLSTART: 'started',
      ONVOXIMPLANTCALLEND: 'finished',
    },
    id: ['CALL_ID'],
    related: { user: ['USER_ID', 'PORTAL_USER_ID'], activity: ['CRM_ACTIVITY_ID'] },
  },
  {
    kind: 'external_call',
    scope: 'telephony',
    events: { ONEXTERNALCALLSTART: 'started' },
    id: ['CALL_ID'],
    related: { user: ['USER_ID'], line: ['LINE_NUMBER'] },
    belongsTo: [{ type: 'CRM_ENTITY_TYPE', id: 'CRM_ENTITY_ID' }],
  },
  {
    // The event names no call yet, only the client who is to be called back.
    kind: 'callback',
    scope: 'telephony',
    events: { ONEXTERNALCALLBACKSTART: 'requested' },
    id: [],
    related: { line: ['LINE_NUMBER'] },
    belongsTo: [{ type: 'CRM_ENTITY_TYPE', id: 'CRM_ENTITY_ID' }],
  },
] as const satisfies readonly EventTopic[]

/** The topics of open lines and of the connectors that bring messages to them. */
export const LINE_TOPICS = [
  {
    kind: 'connector_message',
    scope: 'imconnector',
    events: {
      OnImConnectorMessageAdd: 'added',
      OnImConnectorMessageUpdate: 'updated',
      OnImConnectorMessageDelete: 'deleted',
    },
    id: ['MESSAGES.0.im.message_id', 'MESSAGES.0.message.id'],
    related: {
      chat: ['MESSAGES.0.im.chat_id'],
      channel: ['MESSAGES.0.chat.id'],
      line: ['LINE'],
      connector: ['CONNECTOR'],
      user: ['MESSAGES.0.message.user_id'],
    },
  },
  {
    kind: 'connector_dialog',
    scope: 'imconnector',
    events: { OnImConnectorDialogStart: 'started', OnImConnectorDialogFinish: 'finished' },
    id: ['DATA.0.session.id'],
    related: {
      chat: ['DATA.0.connector.chat_id', 'DATA.0.chat.id'],
      line: ['LINE', 'DATA.0.connector.line_id'],
      connector: ['CONNECTOR', 'DATA.0.connector.connector_id'],
      user: ['DATA.0.connector.user_id', 'DATA.0.user.id'],
    },
  },
  {
    kind: 'connector',
    scope: 'imconnector',
    events: { OnImConnectorStatusDelete: 'disconnected' },
    id: ['connector'],
    related: { line: ['line'] },
  },
  {
    // The whole `data` is the number of the line: `data=107`.
    kind: 'open_line',
    scope: 'imconnector',
    events: { OnImConnectorLineDelete: 'deleted' },
  },
  {
    kind: 'open_line_message',
    scope: 'imopenlines',
    events: {
      OnOpenLineMessageAdd: 'added',
      OnOpenLineMessageUpdate: 'updated',
      OnOpenLineMessageDelete: 'deleted',
    },
    id: ['DATA.0.im.message_id', 'DATA.0.message.id'],
    related: {
      chat: ['DATA.0.im.chat_id', 'DATA.0.chat.id'],
      line: ['LINE', 'DATA.0.connector.line_id'],
      connector: ['CONNECTOR', 'DATA.0.connector.connector_id'],
      user: ['DATA.0.message.user_id', 'DATA.0.connector.user_id'],
    },
  },
  {
    kind: 'open_line_session',
    scope: 'imopenlines',
    events: {
      OnSessionStart: 'started',
      OnSessionFinish: 'finished',
      'IMOPENLINES.SESSION.START': 'started',
      'IMOPENLINES.SESSION.FINISH': 'finished',
    },
    id: ['DATA.0.session.id', 'SESSION_ID'],
    related: {
      chat: ['DATA.0.chat.id', 'CHAT_ID'],
      line: ['DATA.0.connector.line_id', 'LINE_ID'],
      connector: ['DATA.0.connector.connector_id'],
      user: ['DATA.0.connector.user_id'],
    },
  },
] as const satisfies readonly EventTopic[]

// The paths to a person in a chat with a bot, to the chat, and to the bot. No path leads to the parts of an event
// that hold a bot's own authorization.
const CONVERSATION = {
  dialog: ['PARAMS.DIALOG_ID', 'chat.dialogId', 'dialogId'],
  chat: ['PARAMS.CHAT_ID', 'PARAMS.TO_CHAT_ID', 'message.chatId', 'chat.id'],
  user: ['PARAMS.FROM_USER_ID', 'PARAMS.AUTHOR_ID', 'USER.ID', 'message.authorId'],
  bot: ['BOT.*.BOT_ID', 'bot.id', 'COMMAND.*.BOT_ID'],
} as const

/** The topics of bots. A portal sends them to the address that the bot was registered with. */
export const BOT_TOPICS = [
  {
    kind: 'bot_message',
    scope: 'imbot',
    events: {
      ONIMBOTMESSAGEADD: 'added',
      ONIMBOTMESSAGEUPDATE: 'updated',
      ONIMBOTMESSAGEDELETE: 'deleted',
      ONIMBOTV2MESSAGEADD: 'added',
      ONIMBOTV2MESSAGEUPDATE: 'updated',
      ONIMBOTV2MESSAGEDELETE: 'deleted',
    },
    bindable: false,
    id: ['PARAMS.MESSAGE_ID', 'PARAMS.ID', 'message.id', 'messageId'],
    related: CONVERSATION,
  },
  {
    kind: 'bot_command',
    scope: 'imbot',
    events: { ONIMCOMMANDADD: 'called', ONIMBOTV2COMMANDADD: 'called' },
    bindable: false,
    id: ['COMMAND.*.COMMAND_ID', 'command.id'],
    related: { message: ['PARAMS.MESSAGE_ID', 'message.id'], ...CONVERSATION },
  },
  {
    kind: 'bot_reaction',
    scope: 'imbot',
    events: { ONIMBOTV2REACTIONCHANGE: 'updated' },
    bindable: false,
    id: ['message.id'],
    related: { ...CONVERSATION, user: ['user.id'] },
  },
  {
    kind: 'bot_context',
    scope: 'imbot',
    events: { ONIMBOTV2CONTEXTGET: 'requested' },
    bindable: false,
    id: ['dialogId'],
    related: { chat: ['chat.id'], user: ['user.id'], bot: ['bot.id'] },
    belongsTo: [{ type: 'context.entityType', id: 'context.entityId' }],
  },
  {
    kind: 'bot',
    scope: 'imbot',
    events: {
      ONIMBOTJOINCHAT: 'joined',
      ONIMBOTV2JOINCHAT: 'joined',
      ONIMBOTDELETE: 'deleted',
      ONIMBOTV2DELETE: 'deleted',
    },
    bindable: false,
    id: ['BOT_ID', 'BOT.*.BOT_ID', 'bot.id'],
    related: {
      dialog: CONVERSATION.dialog,
      chat: CONVERSATION.chat,
      user: ['PARAMS.USER_ID', 'USER.ID'],
    },
  },
] as const satisfies readonly EventTopic[]
