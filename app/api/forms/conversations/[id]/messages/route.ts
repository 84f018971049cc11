import { MessageForm } from "@/lib/protocol/messages";
import { sendFormMessage } from "@/lib/server/form-messages";
import { notSentPage } from "@/lib/server/http/not-sent-page";
import { route, seeOther } from "@/lib/server/http/route";

/** Sending without script: then the page is loaded again, and shows the message at its end. */
export const POST = route(
  { limit: "send", form: { shape: MessageForm, refused: (refusal, fields, { id }) => notSentPage(refusal, fields, `/c/${id}`) } },
  async ({ user, params, body }) => {
    await sendFormMessage(user, params.id, body);
    return seeOther(`/c/${params.id}`);
  },
);
