/** `K7M 42P`, `HQRT-XDLM`: halves are read and typed more surely than one run. What is grouped already stays so. */
export function groupedCode(code: string): string {
  if (/[^A-Za-z0-9]/.test(code)) return code;
  if (code.length === 6) return `${code.slice(0, 3)} ${code.slice(3)}`;
  if (code.length === 8) return `${code.slice(0, 4)}-${code.slice(4)}`;
  return code;
}
