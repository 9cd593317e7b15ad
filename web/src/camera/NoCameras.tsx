/** What a section says where it has no camera to show: why, and what whoever looks may do about it. */

import { useMay, useSession } from "../app/session";
import { texts } from "../texts";
import { Empty, Icon } from "../ui";

/** areOff: there are cameras, and all of them are switched off. */
export function NoCameras({ areOff = false }: { areOff?: boolean }) {
  const mayChange = useMay()("cameras:change");
  const seesAll = useSession().session?.sees_all_cameras;
  if (areOff) {
    return (
      <Empty icon="off" title={texts.live.allOff} action={<ToCameras />}>
        {mayChange ? texts.live.allOffAdmin : texts.live.allOffHint}
      </Empty>
    );
  }
  if (!mayChange && !seesAll) {
    return (
      <Empty icon="cameras" title={texts.live.noneSeen}>
        {texts.live.noneSeenHint}
      </Empty>
    );
  }
  return (
    <Empty icon="cameras" title={texts.live.noCameras} action={mayChange && <ToNewCamera />}>
      {mayChange ? texts.live.noCamerasAdmin : texts.live.noCamerasHint}
    </Empty>
  );
}

export function ToNewCamera() {
  return (
    <a className="button primary" href="#/cameras/new">
      <Icon name="plus" size={18} />
      {texts.cameras.add}
    </a>
  );
}

function ToCameras() {
  return (
    <a className="button" href="#/cameras">
      <Icon name="cameras" size={18} />
      {texts.live.toCameras}
    </a>
  );
}
