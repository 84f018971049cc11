import { z } from "zod";
import { type Entry, inDigits, says } from "./entry";

type Answer<E extends Entry> = E & { status: number };

function answered<T extends Record<string, Entry>>(status: number, entries: T): { [C in keyof T]: Answer<T[C]> } {
  const made = Object.entries(entries).map(([code, entry]) => [code, { ...entry, status }]);
  return Object.fromEntries(made);
}

/** Seconds after which the same may be asked again; `Retry-After` says so too. */
const later = { retryAfter: z.number() };
const max = { max: z.number() };
const minutes = { minutes: z.number() };

/** What a request is refused with as a whole, by status. */
export const ANSWERS = {
  ...answered(400, {
    body_incomplete: says("The body of this request did not arrive as a whole."),
    json_malformed: says("The body of this request is not valid JSON."),
  }),
  ...answered(401, {
    sign_in_required: says("Sign in to go on."),
    signed_in_as_another: says("Somebody else is signed in here now."),
    // Alike for a name that nobody has and for a wrong password.
    wrong_credentials: says("This username and password do not go together."),
  }),
  ...answered(403, {
    unknown_host: says(
      "This server signs anybody in (DEV_LOGIN=1), so it answers only to localhost, 127.0.0.1, [::1], HOST and the host of PUBLIC_URL.",
    ),
    cross_site: says("This request did not come from this site."),
    sign_up_closed: says("New accounts cannot be made on this server."),
    identity_needs_recent_sign_in: says(
      minutes,
      (p) => `Sign out and in again first: an identity is linked within ${p.minutes} minutes of signing in.`,
    ),
    conversation_with_oneself: says("You cannot start a conversation with yourself."),
    only_administrators_write: says("Only administrators write in this group."),
    only_administrators_add: says("Only administrators add people to this group."),
    only_administrators_change: says("Only administrators change this group."),
    only_administrators_set: says("Only administrators change the settings of a group."),
    only_administrators_remove: says("Only administrators take people out of a group."),
    only_administrators_revoke: says("Only administrators revoke links of others."),
    only_owners_remove_administrators: says("Only an owner takes out an administrator."),
    only_owners_give_roles: says("Only an owner of a group gives roles."),
    only_owners_set_history: says("Only the owner of a group says what newcomers see."),
    only_server_administrators_add_everybody: says("Only an administrator of this server makes a group of everybody."),
    everybody_stays: says("Everybody on this server is in this group."),
  }),
  // What does not exist and what the caller may not know of answer alike.
  ...answered(404, {
    avatar_not_found: says("Avatar not found"),
    conversation_not_found: says("Conversation not found"),
    group_not_found: says("Group not found"),
    identity_not_found: says("Identity not found"),
    invite_not_found: says("Invite not found"),
    message_not_found: says("Message not found"),
    notice_not_found: says("Notice not found"),
    page_not_found: says("Page not found"),
    session_not_found: says("Session not found"),
    user_not_found: says("User not found"),
    development_login_off: says("Signing in without a password is off on this server."),
  }),
  ...answered(405, { method_not_allowed: says("This address does not take that method.") }),
  ...answered(406, { only_event_stream: says("This is an event stream: ask for it with Accept: text/event-stream.") }),
  ...answered(408, {
    upload_too_slow: says("The upload took too long. Try again on a faster connection, or with a smaller file."),
  }),
  ...answered(409, {
    last_way_in: says("This is the only way into your account. Set a password first, then unlink it."),
    last_owner: says("You are the only owner of this group: make somebody else an owner first."),
    group_full: says(max, (p) => `A group has at most ${inDigits(p.max)} people.`),
    invites_full: says(max, (p) => `A group has at most ${inDigits(p.max)} links: revoke one first.`),
  }),
  ...answered(413, {
    body_too_large: says("The request is too large."),
    page_takes_no_body: says("A page takes no body."),
  }),
  ...answered(414, { address_too_long: says("This address is too long.") }),
  ...answered(415, {
    wrong_media_type: says({ type: z.string() }, (p) => `The body of this request must be ${p.type}.`),
    avatar_not_sent_as_image: says("An avatar is sent as image/*."),
    picture_not_sent_as_image: says("A picture is sent as image/*."),
  }),
  ...answered(429, {
    too_many_requests: says(later, () => "Too many requests. Try again in a moment."),
    too_many_tries: says(later, (p) => `Too many tries. Wait ${inWords(p.retryAfter)}, then try again.`),
    too_many_sign_ins: says(later, () => "Too many people are signing in. Try again in a moment."),
    too_many_connections: says(later, () => "Too many connections are open from your address. Close some, or try again in a moment."),
    too_many_streams: says(later, () => "Too many streams are open for this account."),
  }),
  ...answered(500, { server_failed: says("Something went wrong on the server. Try again in a moment.") }),
  ...answered(503, {
    server_busy: says(later, () => "The server is busy. Try again in a moment."),
    server_restarting: says(later, () => "The server is restarting."),
    uploads_busy: says(later, () => "Too many pictures are being uploaded. Try again in a moment."),
    streams_busy: says(later, () => "Too many streams are catching up."),
    database_unreachable: says(later, () => "The database cannot be reached. Try again in a moment."),
    not_ready_going_away: says("The server is going away."),
    not_ready_without_database: says("The database cannot be reached."),
    not_ready_to_migrate: says("The database has yet to be migrated."),
  }),
};

function inWords(seconds: number): string {
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? "a second" : `${seconds} seconds`;
}
