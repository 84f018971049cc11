import { describe, expect, test } from "vitest";
import { honestText } from "@/lib/client/screen/hosts";
import { piecesOf } from "@/lib/client/screen/rich-text";

describe("A host that nobody takes for another one is shown as it was written", () => {
  test.each([
    "example.org",
    "https://example.org:8080/а/аррӏе.com?x=аррӏе.com",
    "HTTPS://Example.ORG",
    "münchen.de",
    "https://żółw.pl/",
    "việtnam.vn",
    "præsident.dk",
    "https://правда.рф",
    "аррӏе.рф",
    "новости.com",
    "москва.com",
    "президент.com",
    "https://ελλάδα.gr/x",
    "παράδειγμα.δοκιμή",
    "аррӏе.рф.",
    "аррӏе.example.рф",
    "日本語.jp",
    "中ㄅㄆ文.tw",
    "https://ひらがなカタカナ漢字.jp",
    "コーヒー.jp",
    "한국漢字.kr",
    "例え.テスト",
    "موقع.وزارة-الاتصالات.مصر",
    "أهلا.com",
    "עברית.com",
    "हिन्दी.com",
    "ไทย.com",
    "ann@münchen.de",
    "https://ann:secret@example.org/",
    "http://[::1]:3000/",
    "http://127.0.0.1/",
    "xn--80ak6aa92e.com",
  ])("%s", (text) => {
    expect(honestText(text)).toBe(text);
  });
});

describe("A host that reads as another one is shown as what it is", () => {
  test.each([
    ["all of it Cyrillic look-alikes", "аррӏе.com", "xn--80ak6aa92e.com"],
    ["with a scheme, a port and a path", "https://аррӏе.com:8080/аррӏе.com", "https://xn--80ak6aa92e.com:8080/аррӏе.com"],
    ["in capitals", "АРРӀЕ.com", "xn--80ak6aa92e.com"],
    ["only in capitals", "МОСКВА.com", "xn--80adxhks.com"],
    ["one Cyrillic letter among Latin ones", "pаypal.com", "xn--pypal-4ve.com"],
    ["one Greek letter among Latin ones", "gοοgle.com", "xn--ggle-0nda.com"],
    ["all of it Greek look-alikes", "ορο.com", "xn--0xaaf.com"],
    ["with a dot at its end", "аррӏе.com.", "xn--80ak6aa92e.com."],
    ["Latin letters among Japanese ones", "teaの.jp", new URL("http://teaの.jp").hostname],
    ["in a label further down", "аррӏе.example.com", "xn--80ak6aa92e.example.com"],
    ["under a name that is spelled in ASCII", "аррӏе.xn--p1ai", "xn--80ak6aa92e.xn--p1ai"],
    ["a phonetic letter", "ɡoogle.com", "xn--oogle-qmc.com"],
    ["Latin and Japanese, whose letters hold strokes and slashes", "example.comノpath.jp", "example.xn--compath-v04f.jp"],
    ["a script that is all look-alikes", "ᎪᏢᏢᏞᎬ.com", new URL("http://ᎪᏢᏢᏞᎬ.com").hostname],
    ["a mark on a letter of another script", "рау\u0301ра.com", new URL("http://рау\u0301ра.com").hostname],
    ["in an address of mail", "ann@аррӏе.com", "ann@xn--80ak6aa92e.com"],
    ["behind what looks like a host", "https://apple.com@аррӏе.com/", "https://apple.com@xn--80ak6aa92e.com/"],
  ])("%s", (_, text, shown) => {
    expect(honestText(text)).toBe(shown);
  });
});

test("A link to such a host leads where it always did", () => {
  expect(piecesOf("see аррӏе.com/me now")).toEqual([
    { text: "see ", href: null },
    { text: "xn--80ak6aa92e.com/me", href: "http://аррӏе.com/me" },
    { text: " now", href: null },
  ]);
});
