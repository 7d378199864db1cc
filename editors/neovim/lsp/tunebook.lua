-- Tune's language server, as Neovim 0.11 reads it (`vim.lsp.enable("tunebook")`); plugin/tune.lua starts it in 0.10 too.
return {
  cmd = { "npx", "tunebook", "language-server" },
  filetypes = { "tune" },
  root_markers = { "node_modules", "package.json", ".git" },
}
