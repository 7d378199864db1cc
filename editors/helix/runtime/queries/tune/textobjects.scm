(statement) @function.around
(statement block: (block) @function.inside)
(entry) @entry.around
(entry value: (_) @entry.inside)
(argument) @parameter.around
(argument value: (_) @parameter.inside)
(comment) @comment.around
