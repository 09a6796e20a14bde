import type { TestMachine } from './test-machine.ts';

/** A phone near the kit: the second of two simulated radios, in a network namespace of its own. */
export interface Station {
  /** The kit's side: the name and passphrase that a person reads from its display. */
  readonly hotspot: { readonly name: string; readonly passphrase: string; readonly device: string };
  /** Joins; gives the address that it was handed. */
  join(passphrase: string): Promise<string>;
  /** Runs a command as the phone. */
  run(command: string, mayFail?: boolean): Promise<string>;
  leave(): Promise<void>;
}

const STEP_MS = 240_000;
const JOIN_S = 90;

/** Plugs two radios in; the kit makes its hotspot on one of them. */
export async function bringStation({ run, until }: TestMachine): Promise<Station> {
  await run('modprobe mac80211_hwsim radios=2', { deadlineMs: STEP_MS });
  await until(`grep -q '"state": *"on"' /run/bivouac-system/hotspot.json`, 'a hotspot that is on', STEP_MS);
  const status = JSON.parse(await run('cat /run/bivouac-system/hotspot.json')) as { interface: string };
  const order = JSON.parse(await run('cat /var/lib/bivouac/system/hotspot.json')) as {
    name: string;
    passphrase: string;
  };
  const device = status.interface;
  const own = (await run('ls /sys/class/net'))
    .split(/\s+/)
    .find((name) => /^wlan/.test(name) && name !== device);
  if (own === undefined) throw new Error('there is no second radio');
  const phy = await run(`basename $(readlink /sys/class/net/${own}/phy80211)`);
  await run('ip netns add phone && ip -n phone link set lo up');
  await run(`iw phy ${phy} set netns name phone`, { deadlineMs: STEP_MS });
  await run(
    [
      `printf '#!/bin/sh\\n[ "$1" = bound ] && ip addr add $ip/$mask dev $interface && ip route add default via $router'` +
        ' >/run/phone-lease',
      'chmod +x /run/phone-lease',
    ].join(' && '),
  );
  const inside = (command: string) => `ip netns exec phone ${command}`;

  return {
    hotspot: { name: order.name, passphrase: order.passphrase, device },
    async join(passphrase) {
      const network = `network={\\nssid="${order.name}"\\npsk="${passphrase}"\\nkey_mgmt=WPA-PSK\\n}\\n`;
      await run(`printf '${network}' >/run/phone.conf`);
      await run(inside(`wpa_supplicant -B -i ${own} -c /run/phone.conf -P /run/phone.pid`));
      await run(
        `n=0; until ${inside(`iw dev ${own} link`)} | grep -q Connected; do ` +
          `n=$((n+1)); [ $n -lt ${JOIN_S} ] || break; sleep 1; done; [ $n -lt ${JOIN_S} ]`,
        { deadlineMs: STEP_MS },
      );
      await run(inside(`busybox udhcpc -i ${own} -n -q -t 20 -s /run/phone-lease`), { deadlineMs: STEP_MS });
      return run(`${inside(`ip -4 -o addr show ${own}`)} | awk '{ print $4 }' | cut -d/ -f1`);
    },
    run: (command, mayFail = false) => run(inside(command), { deadlineMs: STEP_MS, mayFail }),
    async leave() {
      await run('kill $(cat /run/phone.pid); sleep 1', { mayFail: true });
    },
  };
}
