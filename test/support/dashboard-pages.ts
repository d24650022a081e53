/** The pages of the dashboard, at which a test of test/browser looks one after the other. */

/** Every page, below the portal's own where it begins with a point. */
export const DASHBOARD_PAGES: readonly string[] = [
  '/admin',
  '/admin?q=nothing-like-this',
  '/admin/refused',
  '/admin/destinations',
  '/admin/destinations/crm-alerts/preview',
  '/admin/destinations/erp/replay',
  '.',
  '.?fate=parked',
  './events/1',
  './events/2?preview=crm-alerts',
  './parked',
  './lanes/erp/replay?from=1&to=9',
  './lanes/erp/replay',
  '/admin/nothing',
]
