import { Component, type ReactNode, type RefObject } from "react";
import { goToEnd, NEAR_END_PX, returnTo, type ScrollPosition, scrollPositionOf } from "@/lib/client/screen/scroll-position";

type Props = {
  scroller: RefObject<HTMLElement | null>;
  /** What is shown reaches the conversation's end. */
  atEnd: boolean;
  /** Names the last row: another one is news, which whoever is near the end follows. */
  lastKey: string | undefined;
  /** Names one's own last unsent message: a new one takes its author to the end. */
  lastOwn: string | undefined;
  children: ReactNode;
};

/**
 * Keeps the reader's scroll position while rows come and go. A class, because only `getSnapshotBeforeUpdate` may
 * measure after React knows what will change and before the change is in the document.
 */
export class KeepScrollPosition extends Component<Props> {
  /** Somebody wrote while what is shown ended earlier: the end is on its way, and they go there with it. */
  private isExpected = false;

  override getSnapshotBeforeUpdate(): ScrollPosition | null {
    const scroller = this.props.scroller.current;
    return scroller && scrollPositionOf(scroller);
  }

  override componentDidUpdate(before: Props, _: unknown, position: ScrollPosition | null): void {
    const scroller = this.props.scroller.current;
    if (!scroller || !position) return;
    const { atEnd, lastKey, lastOwn } = this.props;
    const wrote = lastOwn !== undefined && lastOwn !== before.lastOwn;
    // Within a pixel it is the end: then whatever grows there, such as a note that a message failed, is followed too.
    const follows = position.away < 1 || (position.away <= NEAR_END_PX && lastKey !== before.lastKey);
    const arrives = this.isExpected && atEnd;
    this.isExpected = (wrote || this.isExpected) && !atEnd;
    if (wrote || arrives || (follows && before.atEnd && atEnd)) goToEnd(scroller);
    else returnTo(scroller, position);
  }

  override render(): ReactNode {
    return this.props.children;
  }
}
