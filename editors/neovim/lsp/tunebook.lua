-- Tune's language server, as Neovim 0.11 reads it (`vim.lsp.enable("tunebook")`); plugin/tune.lua starts it in 0.10 too.
return {
  -- Not `npx`: it would run the `tunebook` of whatever project is opened.
  cmd = { "tunebook", "language-server" },
  filetypes = { "tune" },
  root_markers = { "node_modules", "package.json", ".git" },
}
