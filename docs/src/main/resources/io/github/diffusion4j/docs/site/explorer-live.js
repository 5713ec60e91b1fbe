"use strict";
/* The library behind the page, asked over HTTP: what explorer-library.js computes in the browser where there is no server. */
const ask = (call, query) => {
  const request = new XMLHttpRequest();
  request.open("GET", `library/${call}?${query}`, false);
  request.send();
  return request.responseText;
};
const choices = () => ask("choices", "");
const run = query => ask("run", query);
const refused = query => ask("refused", query);
const normals = (seed, index, draw, count) => Float64Array.from(JSON.parse(ask("normals", [seed, index, draw, count])));
const live = {words: JSON.parse(ask("captions", ""))};
