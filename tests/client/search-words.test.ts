import { describe, expect, it } from "vitest";
import { matchOf, searchWords } from "@/lib/client/screen/search-words";

describe("the words of a search", () => {
  it.each([
    ["José  GARCÍA", ["jose", "garcia"]],
    ["@mary.shelley", ["mary", "shelley"]],
    ["Straße Łódź Ærø", ["strasse", "lodz", "aero"]],
    ["Đorđe Ærø Þórður Guðrún Ħamrun Ŧuŧŧi Œuvre", ["dorde", "aero", "thordur", "gudrun", "hamrun", "tutti", "oeuvre"]],
    ["ΠΑΠΠΑΣ παππάς", ["παππασ", "παππασ"]],
    ["İstanbul ışık", ["istanbul", "isik"]],
    ["مُحَمَّد", ["محمد"]],
    ["O’Brien, %_\\", ["o", "brien"]],
    ["", []],
  ])("of %j are compared without accents, letter case and punctuation", (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });
});

describe("somebody", () => {
  it("without a name is found by their username alone", () => {
    expect(matchOf({ username: "jo", name: null }, ["jo"])).toBe(2);
    expect(matchOf({ username: "jo", name: null }, ["was"])).toBe(0);
  });

  const jose = { username: "jo_se-1", name: "José García" };

  it.each([
    ["jose gar", 2],
    ["gar jo", 2],
    ["arc", 1],
    ["jose arc", 1],
    ["g", 2],
    ["r", 0],
    ["jose muller", 0],
  ])("matches %j the better, the more of its words begin theirs", (text, match) => {
    expect(matchOf(jose, searchWords(text))).toBe(match);
  });
});
