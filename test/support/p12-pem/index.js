// Stands in for the npm package `p12-pem`, which only the command line of @tak-ps/node-tak imports (the
// library that our tests drive does not) and which not every registry mirror carries.
export function getPemFromP12() {
  throw new Error('p12-pem is not part of this checkout: only the command line of node-tak needs it');
}
