/** `Content-Disposition` for a download: a plain ASCII name for old clients, and the real one (RFC 6266). */
export function attachment(fileName: string): string {
  const ascii = fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
