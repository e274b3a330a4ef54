// Removes the page that main.js wrote; its name comes back from the saved state.
const fs = require("node:fs");

const file = process.env.STATE_file;
fs.rmSync(file);
console.log(`Removed ${file}`);
