/** Every limit of the wire, named once. docs/operations.md lists them for the people who run a server. */

/** Unicode code points in one message, after trimming. */
export const MESSAGE_MAX_CODE_POINTS = 4_000;

export const USERNAME_MIN = 3;
export const USERNAME_MAX = 32;

/** Code points of a display name. */
export const NAME_MAX = 64;

/** Code points; the upper end only bounds the work of hashing. */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 1_000;

/** Unicode code points of a group's name and of its description. */
export const GROUP_NAME_MAX = 100;
export const GROUP_DESCRIPTION_MAX = 500;

/** Participants of a group unless `GROUP_MAX` says otherwise; of one that everybody is in, any number. */
export const GROUP_MAX = 10_000;

/** Participants of a group who are told of each other's coming and going; in a larger one that is nobody's news, and costs much. */
export const PRESENCE_SHOWN_MAX = 100;

/** Groups that somebody makes, and people whom they add to groups, in a day. */
export const GROUPS_A_DAY_MAX = 50;
export const PEOPLE_ADDED_A_DAY_MAX = 2_000;

/** Links to a group that are good at the same time. */
export const INVITES_MAX = 50;

/** Users whom a quiet line names with what is shown of them, and whom its sentence names. */
export const QUIET_LINE_USERS_MAX = 20;
export const QUIET_LINE_NAMES_MAX = 3;

/** People whom one request adds to a group at most. */
export const PEOPLE_ADDED_AT_ONCE_MAX = 100;

/** Seconds that a link to a group lasts at most where it ends, and people whom one brings. */
export const INVITE_LIFETIME_MAX_S = 366 * 24 * 60 * 60;
export const INVITE_USES_MAX = 1_000_000;

/** Conversations that somebody pins to the top of their list. */
export const PINNED_MAX = 100;

/** Rows in a list unless `?limit=` says otherwise, and the most that it may say. */
export const PAGE_SIZE = 25;
export const PAGE_MAX = 100;

export const USERNAME_SUGGESTIONS = 5;

/** People whom one search finds at most: whoever wants another types more of the name. */
export const USERS_FOUND_MAX = 25;

/** Bytes of a JSON body; the longest message escapes to less. */
export const JSON_BODY_MAX = 64 * 1024;

/**
 * Bytes of a form that is sent without script: some messages more than the longest one, so that one that is too long is
 * given back and not lost.
 */
export const FORM_BODY_MAX = 256 * 1024;

/** Bytes of an uploaded avatar, before it is re-encoded. */
export const AVATAR_BODY_MAX = 5 * 1024 * 1024;

/** Milliseconds in which an avatar arrives once it is read: it holds one of few places in memory meanwhile. */
export const AVATAR_BODY_MS = 60_000;

/** Seconds that a token is good for unless it is refreshed or revoked. */
export const TOKEN_LIFETIME_S = 14 * 24 * 60 * 60;

/** Seconds after signing in at which a session ends, however often it was renewed. */
export const SESSION_LIFETIME_S = 90 * 24 * 60 * 60;

/** Minutes after signing in in which a session may do what would let a thief keep the account. */
export const RECENT_SIGN_IN_MINUTES = 10;

/** Seconds for which a browser that has come by https comes by nothing else. */
export const HTTPS_ONLY_S = 2 * 365 * 24 * 60 * 60;

/** Milliseconds: first `retry:` of a stream. */
export const STREAM_RETRY_MS = 2_000;

/** Milliseconds between heartbeats of a stream: what a loss that nobody tells of is noticed by. The contract allows 20 s. */
export const STREAM_HEARTBEAT_MS = 5_000;

/** Bytes that wait for a stream's reader before it is cut off. */
export const STREAM_BUFFER_MAX = 1024 * 1024;

/** Events that a reconnect replays at most; further back is answered with `event: reset`. */
export const REPLAY_MAX = 20_000;

/** Cursors that one stream may be asked to resume from: one for each tab that shares it. */
export const RESUME_CURSORS_MAX = 100;

/** Milliseconds in which a reader takes something of its replay, or is cut off: a replay holds more than a stream that is live. */
export const REPLAY_STALL_MS = 60_000;

/** Streams that one user may have open on one server; a stalled replay takes up to 1.1 MiB. */
export const STREAMS_PER_USER_MAX = 100;
