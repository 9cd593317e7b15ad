/** Where a camera is, and trying whether it answers. */

import type { Ref } from "react";
import { texts } from "../texts";
import { Button, Check, SecretField, Select, TextField } from "../ui";
import { hasLogin, hostIn, splitLogin } from "./address";
import type { Facts } from "./facts";

const TRANSPORTS = ["tcp", "udp"] as const;

type WhereProps = {
  facts: Facts;
  isNew: boolean;
  addressField: Ref<HTMLInputElement>;
  /** What is wrong with the address, where that is to be said. */
  problem: string | null;
  set: (change: Partial<Facts>) => void;
  /** Called when somebody is done with the address for now. */
  onLeft: () => void;
  onTry: () => void;
  isTrying: boolean;
};

export function WhereFields({ facts, isNew, addressField, problem, set, onLeft, onTry, isTrying }: WhereProps) {
  const address = facts.address.trim().toLowerCase();
  const isRtsp = address === "" || address.startsWith("rtsp");
  const hasCertificate = /^(rtsps|https):/.test(address) || facts.trustAny;
  const type = (typed: string) => {
    // What comes at once was pasted: its password is not to be read by others meanwhile.
    const isPasted = typed.length > facts.address.length + 1;
    set((isPasted && splitLogin(typed)) || { address: typed });
  };
  const leave = () => {
    const parts = splitLogin(facts.address);
    if (parts) set(parts);
    onLeft();
  };
  return (
    <>
      <TextField
        ref={addressField}
        label={texts.cameras.address}
        hint={isNew ? texts.cameras.addressHint : texts.cameras.addressKept}
        problem={problem}
        name="camera-address"
        required={isNew}
        maxLength={1000}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder={isNew ? "" : texts.cameras.unchanged}
        value={facts.address}
        onChange={type}
        onBlur={leave}
      />
      {hasLogin(address) && (
        <div className="camera-pair">
          <TextField
            label={texts.cameras.user}
            name="camera-user"
            maxLength={100}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={facts.user}
            onChange={(user) => set({ user })}
          />
          <SecretField
            label={texts.cameras.password}
            hint={texts.cameras.passwordHint}
            name="camera-password"
            maxLength={200}
            value={facts.password}
            onChange={(password) => set({ password })}
          />
        </div>
      )}
      {isRtsp && (
        <Select
          label={texts.cameras.transport}
          hint={texts.cameras.transportHint}
          value={facts.transport}
          choices={TRANSPORTS.map((each) => ({ value: each, label: each.toUpperCase() }))}
          onChange={(value) => set({ transport: value })}
        />
      )}
      {hasCertificate && (
        <Check
          label={texts.cameras.trustAny}
          hint={texts.cameras.trustAnyHint}
          checked={facts.trustAny}
          onChange={(value) => set({ trustAny: value })}
        />
      )}
      <div className="row">
        {hostIn(address) ? (
          <Button icon="search" onClick={onTry}>
            {texts.cameras.findStreams}
          </Button>
        ) : (
          <Button icon="play" busy={isTrying} disabled={!address} onClick={onTry}>
            {texts.cameras.tryIt}
          </Button>
        )}
        {!isNew && !address && <span className="soft small">{texts.cameras.tryNeedsAddress}</span>}
      </div>
    </>
  );
}
