// Writes the page, tells the workflow where it is, and remembers it for post.js.
const fs = require("node:fs");
const path = require("node:path");
const { saveState, setOutput } = require("./files.js");

const rows = fs.readFileSync("catalogue.csv", "utf8").trim().split("\n").slice(1);
const articles = rows.map((row) => row.split(","));
const lines = articles.map(([, name, cents]) => `<li>${name}: ${(cents / 100).toFixed(2)}</li>`);
const page = `<h1>${process.env.INPUT_TITLE}</h1>\n<ul>\n${lines.join("\n")}\n</ul>\n`;

const file = path.join(process.env.RUNNER_TEMP, "prices.html");
fs.writeFileSync(file, page);
setOutput("file", file);
setOutput("articles", articles.length);
saveState("file", file);
console.log(`::notice title=Price list::${articles.length} articles are on the page`);
