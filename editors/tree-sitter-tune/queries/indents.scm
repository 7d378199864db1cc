[(block) (list) (arguments)] @indent.begin
["}" "]" ")"] @indent.branch @indent.end
[(text) (comment)] @indent.ignore
(ERROR) @indent.auto
