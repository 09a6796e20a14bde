const SPECIAL = /[&<>"\t\n\r]/;
const ALL_SPECIAL = /[&<>"\t\n\r]/g;

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // As references they survive the normalisation of attribute values.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A text as the value of an attribute in double quotes. It must hold only characters that XML allows. */
export function escapeAttribute(text: string): string {
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (character) => REFERENCES[character]!) : text;
}
