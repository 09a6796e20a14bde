import type { RefusalCode } from '../model.ts';

/**
 * What can be wrong with XML. The scanning functions return a position, or one of these negative numbers:
 * no exception and no object on the hot path.
 */
export const FAULT = {
  controlCharacter: -1,
  endlessTag: -2,
  badStartTag: -3,
  badName: -4,
  attributeWithoutValue: -5,
  unquotedValue: -6,
  endlessValue: -7,
  lessInValue: -8,
  repeatedAttribute: -9,
  badEndTag: -10,
  endTagAlone: -11,
  unclosedElement: -12,
  outsideRoot: -13,
  loneLess: -14,
  cdataEndInText: -15,
  loneAmpersand: -16,
  unknownReference: -17,
  badBang: -18,
  documentType: -19,
  badComment: -20,
  endlessComment: -21,
  endlessCdata: -22,
  badInstruction: -23,
  innerDeclaration: -24,
  tooDeep: -25,
} as const;

const SENTENCES: Readonly<Record<number, readonly [RefusalCode, string]>> = {
  [FAULT.controlCharacter]: ['xml_malformed', 'a control character'],
  [FAULT.endlessTag]: ['xml_malformed', 'a tag that does not end'],
  [FAULT.badStartTag]: ['xml_malformed', 'a start tag that is not well-formed'],
  [FAULT.badName]: ['xml_malformed', 'a name with a character that names cannot have'],
  [FAULT.attributeWithoutValue]: ['xml_malformed', 'an attribute without a value'],
  [FAULT.unquotedValue]: ['xml_malformed', 'an attribute value without quotes'],
  [FAULT.endlessValue]: ['xml_malformed', 'an attribute value that does not end'],
  [FAULT.lessInValue]: ['xml_malformed', 'a < in an attribute value'],
  [FAULT.repeatedAttribute]: ['xml_malformed', 'an attribute given twice'],
  [FAULT.badEndTag]: ['xml_malformed', 'an end tag that does not match its start tag'],
  [FAULT.endTagAlone]: ['xml_malformed', 'an end tag without a start tag'],
  [FAULT.unclosedElement]: ['xml_malformed', 'an element that does not end'],
  [FAULT.outsideRoot]: ['xml_malformed', 'something outside of the root element'],
  [FAULT.loneLess]: ['xml_malformed', 'a < that begins no tag'],
  [FAULT.cdataEndInText]: ['xml_malformed', 'a ]]> in text'],
  [FAULT.loneAmpersand]: ['xml_malformed', 'an & that begins no reference'],
  [FAULT.unknownReference]: ['xml_entity', 'a reference to an entity or a character that does not exist'],
  [FAULT.badBang]: ['xml_malformed', 'a <! that begins nothing known'],
  [FAULT.documentType]: ['xml_dtd', 'a document type declaration'],
  [FAULT.badComment]: ['xml_malformed', 'a -- inside a comment'],
  [FAULT.endlessComment]: ['xml_malformed', 'a comment that does not end'],
  [FAULT.endlessCdata]: ['xml_malformed', 'a CDATA section that does not end'],
  [FAULT.badInstruction]: ['xml_malformed', 'a processing instruction that is not well-formed'],
  [FAULT.innerDeclaration]: ['xml_malformed', 'an XML declaration inside the document'],
  [FAULT.tooDeep]: ['xml_too_deep', 'elements nested too deeply'],
};

export function faultCode(fault: number): RefusalCode {
  return SENTENCES[fault]![0];
}

export function faultSentence(fault: number): string {
  return SENTENCES[fault]![1];
}
