-- Starts Tune's language server for every Tune file: `vim.g.tunebook_command` names another command.
local function settings()
  local read = dofile(vim.api.nvim_get_runtime_file("lsp/tunebook.lua", false)[1])
  read.cmd = vim.g.tunebook_command or read.cmd
  return read
end

if vim.lsp.enable then
  vim.lsp.config("tunebook", { cmd = settings().cmd })
  vim.lsp.enable("tunebook")
else
  vim.api.nvim_create_autocmd("FileType", {
    pattern = "tune",
    group = vim.api.nvim_create_augroup("tunebook", {}),
    callback = function(event)
      local with = settings()
      vim.lsp.start({
        name = "tunebook",
        cmd = with.cmd,
        root_dir = vim.fs.root(event.buf, with.root_markers) or vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf)),
      }, { bufnr = event.buf })
    end,
  })
end
