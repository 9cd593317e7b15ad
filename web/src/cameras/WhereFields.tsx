/** Where a camera is, and trying whether it answers. */

import { texts } from "../texts";
import { Button, Check, SecretField, Select } from "../ui";
import type { Facts } from "./facts";

const TRANSPORTS = ["tcp", "udp"] as const;

type WhereProps = {
  facts: Facts;
  isNew: boolean;
  set: (change: Partial<Facts>) => void;
  onTry: () => void;
  isTrying: boolean;
};

export function WhereFields({ facts, isNew, set, onTry, isTrying }: WhereProps) {
  const address = facts.address.trim().toLowerCase();
  const isRtsp = address === "" || address.startsWith("rtsp");
  const hasCertificate = /^(rtsps|https):/.test(address) || facts.trustAny;
  return (
    <>
      <SecretField
        label={texts.cameras.address}
        hint={isNew ? texts.cameras.addressHint : texts.cameras.addressKept}
        name="camera-address"
        required={isNew}
        maxLength={1000}
        placeholder={isNew ? "" : texts.cameras.unchanged}
        value={facts.address}
        onChange={(value) => set({ address: value })}
      />
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
        <Button icon="play" busy={isTrying} disabled={!facts.address.trim()} onClick={onTry}>
          {texts.cameras.tryIt}
        </Button>
        {!isNew && !facts.address.trim() && <span className="soft small">{texts.cameras.tryNeedsAddress}</span>}
      </div>
    </>
  );
}
