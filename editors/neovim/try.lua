-- Tries the plugin in Neovim itself: `npm run try:neovim` (after `npm run build`). It compiles nothing and shows nothing: it
-- opens a program with one mistake, and says what tree-sitter, the queries and the language server make of it.
local failed = false
local function step(what, good)
  print((good and "ok   " or "FAIL ") .. what)
  failed = failed or not good
end
local folder = vim.fn.tempname()
vim.fn.mkdir(folder, "p")
vim.fn.writefile({ "body,team", "hello,a", "world,b" }, folder .. "/reviews.csv")
vim.fn.writefile({
  "// Which reviews?",
  "data reviews {",
  '  source: csv("reviews.csv")',
  "  columns: { text: body, label: tema }",
  "}",
  "train mood on reviews as best { epochs: 10min }",
}, folder .. "/mood.tune")
vim.cmd.edit(folder .. "/mood.tune")
step("the file is Tune", vim.bo.filetype == "tune")

local tree = vim.treesitter.get_parser(0, "tune"):parse()[1]:root()
step("tree-sitter reads it without an error", not tree:has_error() and tree:named_child_count() == 3)
local function captures(row, column)
  return vim.tbl_map(function(one)
    return one.capture
  end, vim.treesitter.get_captures_at_pos(0, row, column))
end
for _, case in ipairs({
  { 0, 3, "comment" },
  { 1, 0, "keyword.type" },
  { 1, 5, "type.definition" },
  { 2, 2, "property" },
  { 2, 10, "function.builtin" },
  { 2, 16, "string" },
  { 5, 0, "keyword" },
  { 5, 6, "variable" },
  { 5, 11, "keyword" },
  { 5, 25, "type.definition" },
  { 5, 40, "number" },
  { 5, 42, "type.builtin" },
}) do
  local found = captures(case[1], case[2])
  step(("line %d, column %d is %s"):format(case[1] + 1, case[2] + 1, case[3]), vim.tbl_contains(found, case[3]))
end
step("folds the block", vim.fn.foldlevel(3) == 1 and vim.fn.foldlevel(6) == 0)
for _, name in ipairs({ "highlights", "folds", "indents", "injections", "tags" }) do
  step("query " .. name, pcall(vim.treesitter.query.get, "tune", name))
end

vim.wait(20000, function()
  return #vim.diagnostic.get(0) > 0
end)
local codes = vim.tbl_map(function(one)
  return one.code
end, vim.diagnostic.get(0))
step("the language server finds the column that is not there", vim.tbl_contains(codes, "unknown-column"))
local clients = vim.lsp.get_clients({ bufnr = 0, name = "tunebook" })
step("one client is attached", #clients == 1)
local answers = vim.lsp.buf_request_sync(0, "textDocument/completion", {
  textDocument = vim.lsp.util.make_text_document_params(),
  position = { line = 3, character = 34 },
}, 10000) or {}
local labels = {}
for _, answer in pairs(answers) do
  for _, item in ipairs(answer.result or {}) do
    labels[#labels + 1] = item.label
  end
end
step("completion gives the file's column", vim.tbl_contains(labels, "team"))
vim.fn.delete(folder, "rf")
vim.cmd(failed and "cquit 1" or "qall!")
