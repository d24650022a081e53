/** Files of the repository as text, the way that Vite imports them. */
declare module '*?raw' {
  const text: string
  export default text
}
