; Made by `npm run editors` from Tune's registry.
((statement verb: (verb) @_verb operands: (operands . (word . (identifier) @name .))) @definition.class
  (#any-of? @_verb "data" "model" "recipe"))
((statement (clause connector: (connector) @_connector operands: (operands . (word . (identifier) @name .)))) @definition.constant
  (#any-of? @_connector "as"))
((statement verb: (verb) @_verb operands: (operands (word . (identifier) @name))) @reference.class
  (#not-any-of? @_verb "data" "model" "recipe"))
((clause connector: (connector) @_connector operands: (operands (word . (identifier) @name))) @reference.class
  (#not-any-of? @_connector "as"))
