/** The events about the catalog, the orders and the bookings of a portal. */
import { spellDottedEvents, spellEvents, type EventTopic } from '../event-topic.ts'

/** The topics of the catalog. */
export const CATALOG_TOPICS = [
  { kind: 'catalog_product', scope: 'catalog', events: spellDottedEvents('CATALOG.PRODUCT') },
  { kind: 'catalog_price', scope: 'catalog', events: spellDottedEvents('CATALOG.PRICE') },
  { kind: 'catalog_price_type', scope: 'catalog', events: spellDottedEvents('CATALOG.PRICE.TYPE') },
  { kind: 'catalog_measure', scope: 'catalog', events: spellDottedEvents('CATALOG.MEASURE') },
  { kind: 'catalog_rounding', scope: 'catalog', events: spellDottedEvents('CATALOG.ROUNDING') },
] as const satisfies readonly EventTopic[]

/** The topics of orders. */
export const SALE_TOPICS = [
  {
    kind: 'order',
    scope: 'sale',
    events: {
      OnSaleOrderSaved: 'saved',
      OnOrderEntitySaved: 'saved',
      OnSaleBeforeOrderDelete: 'deleting',
      OnOrderDeleted: 'deleted',
    },
  },
  {
    kind: 'payment',
    scope: 'sale',
    events: { OnPaymentEntitySaved: 'saved', OnPaymentDeleted: 'deleted' },
  },
  {
    kind: 'shipment',
    scope: 'sale',
    events: { OnShipmentEntitySaved: 'saved', OnShipmentDeleted: 'deleted' },
  },
  {
    kind: 'order_property_value',
    scope: 'sale',
    events: { OnPropertyValueEntitySaved: 'saved', OnPropertyValueDeleted: 'deleted' },
  },
] as const satisfies readonly EventTopic[]

/** The topics of bookings. */
export const BOOKING_TOPICS = [
  { kind: 'booking', scope: 'booking', events: spellEvents('onBooking') },
  { kind: 'booking_resource', scope: 'booking', events: spellEvents('onBookingResource') },
  { kind: 'booking_resource_type', scope: 'booking', events: spellEvents('onBookingResourceType') },
  { kind: 'booking_waitlist_item', scope: 'booking', events: spellEvents('onBookingWaitListItem') },
] as const satisfies readonly EventTopic[]
