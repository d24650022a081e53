/** Answers every request alike: the most that the runtime itself can do. */
export default {
  fetch: () => new Response('{"accepted":true}'),
} satisfies ExportedHandler
