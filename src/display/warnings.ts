import type { HealthWarning, Severity } from '../core/health.ts';
import type { DisplayState } from './state.ts';
import { agoWords, splitWarning } from './words.ts';

/** One thing to know, as a screen says it: what is so, then what it means and what to do. */
export interface WarningWords {
  readonly severity: Severity;
  readonly title: string;
  readonly rest: string;
}

/** All that is wrong, gravest first: emergencies that were put aside, then the kit's own warnings and open ports. */
export function warningsOf(state: DisplayState): readonly WarningWords[] {
  const emergencies = state.emergencies.map(({ callsign, what, agoMs }) => ({
    severity: 'bad' as const,
    title: `Emergency: ${callsign}.`,
    rest: `${what}, ${agoWords(agoMs)}.`,
  }));
  const words = state.warnings.map(wordsOf);
  const isGrave = ({ severity }: WarningWords) => severity === 'bad';
  return [
    ...emergencies,
    ...words.filter(isGrave),
    ...plaintextWarning(state),
    ...words.filter((warning) => !isGrave(warning)),
  ];
}

function wordsOf({ severity, text }: HealthWarning): WarningWords {
  return { severity, ...splitWarning(text) };
}

function plaintextWarning({ plaintextPorts }: DisplayState): readonly WarningWords[] {
  if (plaintextPorts.length === 0) return [];
  const title = `Unencrypted: ${plaintextPorts.map(({ port }) => port).join(', ')}.`;
  return [
    { severity: 'careful', title, rest: 'Everybody on this network can listen. Turn it off when done.' },
  ];
}
