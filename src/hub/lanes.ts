import type { Form } from '../cot/model.ts';
import { audienceKey, reaches } from './audience.ts';
import { Lane } from './lane.ts';
import type { Session } from './session.ts';

/**
 * All lanes: one per protocol and set of heard channels. A team has a handful of channel sets, so an event is
 * handled a handful of times however many listen.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that a sender reaches, by the key of the channels it sends into; forgotten when lanes come or go. */
  readonly #reachable = new Map<string, readonly Lane[]>();

  /** The lane for a session, made when it is the first of its kind. */
  for(protocol: Form, groupsOut: readonly string[]): Lane {
    const key = `${protocol}\0${audienceKey(groupsOut)}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(protocol, groupsOut);
      this.#lanes.set(key, lane);
      this.#reachable.clear();
    }
    return lane;
  }

  /** Lets a session go, and its lane with the last one. */
  leave(session: Session): void {
    session.lane.leave(session);
    this.sweep(session.lane);
  }

  sweep(lane: Lane): void {
    if (lane.sessions.size > 0) return;
    this.#lanes.delete(`${lane.protocol}\0${audienceKey(lane.groupsOut)}`);
    this.#reachable.clear();
  }

  reachableFrom(groupsIn: readonly string[], inKey: string): readonly Lane[] {
    let lanes = this.#reachable.get(inKey);
    if (lanes === undefined) {
      lanes = [...this.#lanes.values()].filter((lane) => reaches(groupsIn, lane.groupsOut));
      this.#reachable.set(inKey, lanes);
    }
    return lanes;
  }

  flush(): void {
    for (const lane of this.#lanes.values()) lane.flush();
  }
}
