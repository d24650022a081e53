/** `standardwebhooks` names Node's Buffer in its types; the Worker's own types know it only as a value. */
interface Buffer extends Uint8Array {}
