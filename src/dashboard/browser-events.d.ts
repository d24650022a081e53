/**
 * The names of the browser's events, which the types of hono/jsx mention. No page of the dashboard has a handler, and
 * the types of a browser would contradict those of the runtime.
 */
type AnimationEvent = Event
type ClipboardEvent = Event
type CompositionEvent = Event
type DragEvent = Event
type FocusEvent = Event
type FormDataEvent = Event
type InputEvent = Event
type KeyboardEvent = Event
type MouseEvent = Event
type PointerEvent = Event
type TouchEvent = Event
type TransitionEvent = Event
type WheelEvent = Event
