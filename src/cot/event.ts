import { toProtoFrame } from './convert/to-proto.ts';
import { toXmlFrame } from './convert/to-xml.ts';
import { isForScreens, toScreenFrame } from './json/screen-message.ts';
import type { Envelope, Form, Protocol, Refusal } from './model.ts';
import { scanProtoEvent } from './proto/envelope.ts';
import { scanXmlEvent } from './xml/envelope.ts';

/**
 * One event on its way through the server: the bytes that its sender wrote, and what routing needs of them.
 * It is shared by everybody who gets the event; nothing of it changes but the cached other form.
 */
export class CotEvent {
  readonly kind = 'event';
  readonly envelope: Envelope;
  /** The protocol that its sender spoke. */
  readonly origin: Protocol;
  #original: Buffer;
  /** The form in the other protocol; a string says why there is none; undefined until somebody asked. */
  #converted: Buffer | string | undefined;
  /** The form for screens; null when they are not told of it; undefined until one listened. */
  #json: Buffer | null | undefined;

  private constructor(origin: Protocol, original: Buffer, envelope: Envelope) {
    this.origin = origin;
    this.#original = original;
    this.envelope = envelope;
  }

  /** Checks and takes `<event …>…</event>`: no declaration, nothing around it. */
  static fromXml(frame: Buffer): CotEvent | Refusal {
    const envelope = scanXmlEvent(frame);
    return isRefusal(envelope) ? envelope : new CotEvent('xml', frame, envelope);
  }

  /** Checks and takes one complete stream frame: 0xBF, payload length, payload. */
  static fromProto(frame: Buffer): CotEvent | Refusal {
    const envelope = scanProtoEvent(frame);
    return isRefusal(envelope) ? envelope : new CotEvent('proto', frame, envelope);
  }

  /**
   * The event as a receiver of this form gets it: the original bytes when its sender spoke the same one. Any
   * other form is made on the first call and kept; undefined when it cannot be made (`conversionError`), or,
   * for `json`, when screens are not told of such events. The buffer is shared: do not change it.
   */
  bytes(form: Form): Buffer | undefined {
    if (form === this.origin) return this.#original;
    if (form === 'json') return this.#forScreens();
    this.#converted ??=
      this.origin === 'xml' ? toProtoFrame(this.#original, this.envelope) : toXmlFrame(this.#original);
    return typeof this.#converted === 'string' ? undefined : this.#converted;
  }

  /** Why `bytes()` gave undefined; undefined while no conversion failed. */
  get conversionError(): string | undefined {
    return typeof this.#converted === 'string' ? this.#converted : undefined;
  }

  /**
   * Makes the event fit to be kept long: moves its bytes into memory of their own, once, when they are a view
   * into something larger (a socket's chunk of up to 64 KiB). The strings of the envelope never share memory
   * with the bytes. Returns the event itself.
   */
  compact(): this {
    const original = this.#original;
    if (original.buffer.byteLength > original.length) {
      const own = Buffer.allocUnsafeSlow(original.length);
      original.copy(own);
      this.#original = own;
    }
    return this;
  }

  #forScreens(): Buffer | undefined {
    this.#json ??= isForScreens(this.envelope) ? this.#makeForScreens() : null;
    return this.#json ?? undefined;
  }

  #makeForScreens(): Buffer | null {
    // XML that was made for this alone is not kept: late joiners' events are many, and hold one form too many.
    const xml = this.origin === 'xml' ? this.#original : (this.#converted ?? toXmlFrame(this.#original));
    return (typeof xml === 'string' ? undefined : toScreenFrame(this.envelope, xml)) ?? null;
  }
}

function isRefusal(scanned: Envelope | Refusal): scanned is Refusal {
  return (scanned as Refusal).kind === 'refusal';
}
