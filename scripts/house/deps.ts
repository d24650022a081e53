/**
 * A part that takes many things knows too much. So an interface or type whose name ends in `Deps` has at most
 * seven members, those that it extends or picks included. One whose name ends in `Parts` belongs to an act over
 * most of a portal's object, as its view or an uninstall, and may have nine. `PortalParts` are all parts of the
 * object: the object alone has them, and everything else picks from them, by nine at most. What a task takes for another
 * one that is a step of it (`PartsOf<typeof tidyLog>`) is the step's, which has its own nine. A function of the portal
 * that is named `create…` builds several parts, so each of its arguments may have nine members, whatever its type is
 * called. Where a part is built, its list names each member: the compiler refuses one too many there, but not among what
 * is spread into the list.
 */
import { isNode, listFiles, nodesOf, parseFile, type Rule, type SyntaxNode } from './source.ts'

const LIMITS = [
  { ending: /Deps$/, most: 7 },
  { ending: /Parts$/, most: 9 },
]

/** The shape of all parts, and the files that may have all of them. */
const WHOLE = 'PortalParts'
const BUILDERS = ['src/portal/parts.ts', 'src/portal/portal.ts']
const MOST_PICKED = 9

/** The functions that build parts below the builders, and the most members of each of their arguments. */
const PORTAL = 'src/portal/'
const FACTORY = /^create[A-Z]/
const MOST_GIVEN = 9

/** No part takes more things than it may. */
export const deps: Rule = {
  name: 'deps',
  check(root) {
    const shapes = new Map<string, SyntaxNode>()
    const problems: string[] = []
    const looked: List[] = []
    for (const file of listFiles(root, 'src')) {
      const tree = parseFile(root, file)
      const isBuilder = BUILDERS.includes(file)
      if (!isBuilder) problems.push(...findWhole(tree).map((end) => `${file} ${end}`))
      problems.push(...findSpread(tree).map((end) => `${file} ${end}`))
      const own = new Map<string, SyntaxNode>()
      for (const node of nodesOf(tree)) {
        const name = declaredName(node)
        if (name === '') continue
        shapes.set(name, node)
        own.set(name, node)
        const limit = LIMITS.find(({ ending }) => ending.test(name))
        if (limit !== undefined)
          looked.push({ name: `${name} in ${file}`, type: node, own, most: limit.most })
      }
      if (!isBuilder && file.startsWith(PORTAL)) looked.push(...listsOfFactories(tree, file, own))
    }
    for (const { name, type, own, most } of looked) {
      // Two files may call different shapes by one name: then each file means its own.
      const count = membersOf(type, new Map([...shapes, ...own])).size
      if (count > most) problems.push(`${name} has ${count} members, more than ${most}`)
    }
    return { problems, summary: `${looked.length} lists of dependencies` }
  },
}

/** A list of dependencies, with the shapes that its file declares. */
interface List {
  /** What a problem calls it. */
  readonly name: string
  /** The declaration of the list, or the type of an argument. */
  readonly type: SyntaxNode
  readonly own: ReadonlyMap<string, SyntaxNode>
  readonly most: number
}

/** The arguments of the functions of a file that build parts. */
function listsOfFactories(
  tree: readonly SyntaxNode[],
  file: string,
  own: ReadonlyMap<string, SyntaxNode>,
): readonly List[] {
  return [...nodesOf(tree)].flatMap(({ type, id, init, params }) => {
    const isFunction = type === 'FunctionDeclaration'
    const made = isFunction ? params : type === 'VariableDeclarator' && Object(init)['params']
    const name = isNode(id) ? String(id['name']) : ''
    if (!FACTORY.test(name) || !Array.isArray(made)) return []
    return made.flatMap((argument: SyntaxNode, at) => {
      const given = Object(argument['typeAnnotation'])['typeAnnotation']
      const label = `argument ${at + 1} of ${name} in ${file}`
      return isNode(given) ? [{ name: label, type: given, own, most: MOST_GIVEN }] : []
    })
  })
}

/** The places of a file that take all parts, or that pick too many of them. */
function findWhole(tree: readonly SyntaxNode[]): readonly string[] {
  const narrowed = new Set<unknown>()
  const problems: string[] = []
  for (const node of nodesOf(tree)) {
    const { type, objectType, typeArguments } = node
    // `PortalParts['state']` is the type of one part.
    if (type === 'TSIndexedAccessType') narrowed.add(objectType)
    if (!isReferenceTo(node, 'Pick') || !isNode(typeArguments)) continue
    const [from, picked] = Object(typeArguments)['params']
    if (!isReferenceTo(from, WHOLE)) continue
    narrowed.add(from)
    const count = [...nodesOf(picked)].filter(isText).length
    if (count > MOST_PICKED) problems.push(`picks ${count} of ${WHOLE}, more than ${MOST_PICKED}`)
  }
  for (const node of nodesOf(tree)) {
    if (isReferenceTo(node, WHOLE) && !narrowed.has(node)) problems.push(`takes all of ${WHOLE}`)
  }
  return problems
}

/**
 * The parts that are built from a list into which something is spread. Members that are written out and stand under a
 * condition (`...(text !== '' && { text })`) are seen by everyone, and may stand there.
 */
function findSpread(tree: readonly SyntaxNode[]): readonly string[] {
  const built = [...nodesOf(tree)].filter(({ type }) => type === 'NewExpression')
  return built.flatMap(({ callee, arguments: given }) => {
    const lists = Array.isArray(given) ? given.filter(isNode) : []
    const members = lists.flatMap(({ properties }) => (Array.isArray(properties) ? properties : []))
    const isSpread = members.some((member) => isNode(member) && isHiddenSpread(member))
    return isSpread && isNode(callee) ? [`spreads into what ${String(callee['name'])} takes`] : []
  })
}

function isHiddenSpread({ type, argument }: SyntaxNode): boolean {
  return (
    type === 'SpreadElement' && Object(Object(argument)['right'])['type'] !== 'ObjectExpression'
  )
}

function isReferenceTo(node: unknown, name: string): boolean {
  if (!isNode(node) || node.type !== 'TSTypeReference') return false
  return isNode(node['typeName']) && node['typeName']['name'] === name
}

/** The name of an interface or of a type; '' for everything else. */
function declaredName({ type, id }: SyntaxNode): string {
  const isDeclared = type === 'TSInterfaceDeclaration' || type === 'TSTypeAliasDeclaration'
  return isDeclared && isNode(id) ? String(id['name']) : ''
}

/**
 * The members of a shape: those in its body, those of every shape that it extends or joins, and the names that
 * a `Pick` lists. What a member itself picks from another class is one dependency, whatever it picks.
 */
function membersOf(
  shape: SyntaxNode,
  shapes: ReadonlyMap<string, SyntaxNode>,
): ReadonlySet<string> {
  const members = new Set<string>()
  add(shape)
  return members

  function add(type: unknown): void {
    if (!isNode(type)) return
    if (type.type === 'Identifier') {
      const declared = shapes.get(String(type['name']))
      if (declared !== undefined) addAll(membersOf(declared, shapes))
    }
    if (type.type === 'TSInterfaceDeclaration') addInterface(type)
    if (type.type === 'TSTypeAliasDeclaration') add(type['typeAnnotation'])
    if (type.type === 'TSTypeLiteral') addAll(ownMembers(type['members']))
    if (type.type === 'TSIntersectionType' && Array.isArray(type['types']))
      type['types'].forEach(add)
    if (type.type === 'TSTypeReference') addReference(type)
  }

  function addInterface({ body, extends: heads }: SyntaxNode): void {
    if (isNode(body)) addAll(ownMembers(body['body']))
    if (Array.isArray(heads)) heads.forEach((head: SyntaxNode) => add(head['expression']))
  }

  function addReference({ typeName, typeArguments }: SyntaxNode): void {
    if (!isNode(typeName)) return
    if (typeName['name'] !== 'Pick') return add(typeName)
    const [, picked] = isNode(typeArguments) ? Object(typeArguments)['params'] : []
    addAll([...nodesOf(picked)].filter(isText).map((node) => String(node['value'])))
  }

  function addAll(names: Iterable<string>): void {
    for (const one of names) members.add(one)
  }
}

/** The names of the members in a body. */
function ownMembers(body: unknown): readonly string[] {
  if (!Array.isArray(body)) return []
  return body.map(({ key }: SyntaxNode) => (isNode(key) ? String(key['name']) : ''))
}

function isText({ type, value }: SyntaxNode): boolean {
  return type === 'Literal' && typeof value === 'string'
}
