import { BivouacError } from '../core/errors.ts';
import { COMMON_PIECES } from './common-passwords.ts';

export interface PasswordPolicy {
  /** Code points. */
  readonly minLength: number;
  /** 0 switches the estimate off. */
  readonly minEntropyBits: number;
  /** Each code point of it is refused. */
  readonly forbiddenChars: string;
}

/** More would only cost time in hashing, code points. */
export const PASSWORD_MAX_CHARS = 256;

/** Normalising can multiply the length by 18 (U+FDFA): longer input is refused unseen, UTF-16 units. */
const PASSWORD_INPUT_MAX_UNITS = 1_024;

/** What a piece that guessers know is worth: one of about 250, bits. */
const COMMON_PIECE_BITS = 8;

/** What a word is worth that stands beside the password (the user's name, the kit's), bits. */
const CONTEXT_PIECE_BITS = 2;

/** What the going-on of a run (`cdef`, `7777`) or a repetition is worth, however long, bits. */
const PREDICTABLE_BITS = 4;

/** Shorter pieces stand in good passwords by chance. */
const CONTEXT_WORD_MIN_CHARS = 3;

/**
 * The one form of a password: what is stored, and what is compared, on every path. Undefined when the text
 * can be nobody's password (too long, or half a character that UTF-8 cannot hold).
 */
export function normalisePassword(raw: string): string | undefined {
  if (raw.length > PASSWORD_INPUT_MAX_UNITS || !raw.isWellFormed()) return undefined;
  const password = raw.normalize('NFKC');
  return [...password].length <= PASSWORD_MAX_CHARS ? password : undefined;
}

/**
 * The normalised password, if it may be used. `contextWords` are words near it that make bad passwords.
 * @throws BivouacError `password.weak`, `password.forbidden_chars`; the password is in no message
 */
export function checkPassword(raw: string, policy: PasswordPolicy, contextWords: readonly string[]): string {
  const password = normalisePassword(raw);
  if (password === undefined) {
    throw new BivouacError(
      'password.weak',
      `The password is too long: at most ${PASSWORD_MAX_CHARS} characters`,
    );
  }
  const chars = [...password];
  if (chars.some((char) => policy.forbiddenChars.includes(char))) {
    throw policy.forbiddenChars === '@:'
      ? new BivouacError('password.forbidden_chars')
      : new BivouacError(
          'password.forbidden_chars',
          `Passwords should not include these characters: ${[...policy.forbiddenChars].join(' ')}`,
        );
  }
  if (/\p{Cc}/u.test(password)) {
    throw new BivouacError('password.forbidden_chars', 'Passwords should not include control characters');
  }
  if (chars.length === 0 || chars.length < policy.minLength) {
    const { minLength } = policy;
    throw new BivouacError('password.weak', `The password is too short: at least ${minLength} characters`, {
      minLength,
    });
  }
  const bits = estimateBits(password, contextWords);
  if (bits < policy.minEntropyBits) {
    throw new BivouacError(
      'password.weak',
      'The password is too easy to guess: use more words, or characters that do not repeat or follow each other, and nothing of your name',
      { bits: Math.floor(bits), minEntropyBits: policy.minEntropyBits },
    );
  }
  return password;
}

/**
 * How many bits a guesser who knows people has to try, roughly. Each character is worth the logarithm of the
 * alphabet that the password draws from; words, runs and repetitions are worth little, however long.
 */
export function estimateBits(password: string, contextWords: readonly string[] = []): number {
  const chars = [...password];
  const folded = chars.map(foldChar);
  const charBits = Math.log2(alphabetSize(chars));
  const context = contextWords
    .map((word) => [...word.normalize('NFKC')].map(foldChar).join(''))
    .filter((word) => [...word].length >= CONTEXT_WORD_MIN_CHARS);
  let bits = 0;
  for (let at = 0; at < folded.length; ) {
    const contextWord = longestWordAt(folded, at, context);
    if (contextWord > 0) {
      bits += CONTEXT_PIECE_BITS;
      at += contextWord;
      continue;
    }
    const piece = longestWordAt(folded, at, COMMON_PIECES);
    const predictable = Math.max(runAt(chars, at), repetitionAt(folded, at));
    if (piece > 0 && piece >= predictable) {
      bits += COMMON_PIECE_BITS;
      at += piece;
    } else if (predictable > 0) {
      bits += PREDICTABLE_BITS;
      at += predictable;
    } else {
      bits += charBits;
      at += 1;
    }
  }
  return bits;
}

/** Signs that stand for letters: every guesser's program tries them. */
const STAND_INS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  $: 's',
  '@': 'a',
  '!': 'i',
};

/** One code point in, one out, so that places in both forms agree. */
function foldChar(char: string): string {
  const [lower = char] = char.toLowerCase();
  return STAND_INS[lower] ?? lower;
}

function alphabetSize(chars: readonly string[]): number {
  const classes: readonly (readonly [pattern: RegExp, size: number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[ -/:-@[-`{-~]/, 33],
    // Whoever uses another script uses about one alphabet of it.
    [/[^ -~]/u, 60],
  ];
  return classes.reduce((sum, [pattern, size]) => sum + (chars.some((c) => pattern.test(c)) ? size : 0), 0);
}

function longestWordAt(folded: readonly string[], at: number, words: readonly string[]): number {
  let longest = 0;
  for (const word of words) {
    const letters = [...word];
    if (letters.length > longest && letters.every((letter, i) => folded[at + i] === letter)) {
      longest = letters.length;
    }
  }
  return longest;
}

/** Length of a run that starts at `at`: three or more characters in equal steps of -1, 0 or 1. */
function runAt(chars: readonly string[], at: number): number {
  const step = stepAt(chars, at);
  if (step === undefined || Math.abs(step) > 1) return 0;
  let length = 2;
  while (stepAt(chars, at + length - 1) === step) length += 1;
  return length >= 3 ? length : 0;
}

function stepAt(chars: readonly string[], at: number): number | undefined {
  const here = chars[at]?.codePointAt(0);
  const next = chars[at + 1]?.codePointAt(0);
  return here === undefined || next === undefined ? undefined : next - here;
}

/** Length of the longest piece at `at`, of three characters or more, that has stood earlier. */
function repetitionAt(folded: readonly string[], at: number): number {
  let longest = 0;
  for (let earlier = 0; earlier < at; earlier += 1) {
    let length = 0;
    while (earlier + length < at && folded[earlier + length] === folded[at + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest >= 3 ? longest : 0;
}
