/** The cameras, as they are now. */

import { texts } from "../texts";
import { Empty, PageHead } from "../ui";

export default function LivePage() {
  return (
    <>
      <PageHead title={texts.live.title} />
      <Empty icon="cameras" title={texts.live.noCameras}>
        {texts.live.noCamerasHint}
      </Empty>
    </>
  );
}
