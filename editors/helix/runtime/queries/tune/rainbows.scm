[(block) (list) (arguments)] @rainbow.scope
["{" "}" "(" ")" "[" "]"] @rainbow.bracket
