-- Tune: comments, indentation, colours and folds from tree-sitter where its parser is compiled.
vim.bo.commentstring = "// %s"
vim.bo.comments = "s1:/*,mb:*,ex:*/,://"
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.expandtab = true
-- After a brace; nvim-treesitter, where it is there, reads queries/tune/indents.scm.
vim.bo.smartindent = true
vim.b.undo_ftplugin = "setlocal commentstring< comments< shiftwidth< softtabstop< expandtab< smartindent<"

if pcall(vim.treesitter.start, 0, "tune") then
  vim.wo[0][0].foldmethod = "expr"
  vim.wo[0][0].foldexpr = "v:lua.vim.treesitter.foldexpr()"
  vim.wo[0][0].foldlevel = 99
end
