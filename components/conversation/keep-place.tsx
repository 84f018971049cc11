import { Component, type ReactNode, type RefObject } from "react";
import { goToEnd, type Place, placeOf, returnTo } from "@/lib/client/place";

type Props = {
  scroller: RefObject<HTMLElement | null>;
  /** What is shown reaches the conversation's end. */
  atEnd: boolean;
  /** Names one's own last unsent message: a new one takes its author to the end. */
  lastOwn: string | null;
  children: ReactNode;
};

/**
 * Keeps the reader's place while rows come and go. A class, because only `getSnapshotBeforeUpdate` may
 * measure after React knows what will change and before the change is in the document.
 */
export class KeepPlace extends Component<Props> {
  override getSnapshotBeforeUpdate(): Place | null {
    const scroller = this.props.scroller.current;
    return scroller && placeOf(scroller);
  }

  override componentDidUpdate(before: Props, _: unknown, place: Place | null): void {
    const scroller = this.props.scroller.current;
    if (!scroller || !place) return;
    const { atEnd, lastOwn } = this.props;
    const wrote = lastOwn !== null && lastOwn !== before.lastOwn;
    const follows = place.nearEnd && before.atEnd && atEnd;
    if (wrote || follows) goToEnd(scroller);
    else returnTo(scroller, place);
  }

  override render(): ReactNode {
    return this.props.children;
  }
}
