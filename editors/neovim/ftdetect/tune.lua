vim.filetype.add({ extension = { tune = "tune" } })
