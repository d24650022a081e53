/** How every reader of settings says that a setting is wrong, here and in `src/config`. */

/** A wrong setting. Neither part ever holds the value of a secret. */
export interface SettingProblem {
  /** The name of the setting: `DESTINATIONS.erp.url` in the configuration, `url` inside a destination. */
  readonly setting: string
  /** A sentence that says which value is wanted. */
  readonly problem: string
}
