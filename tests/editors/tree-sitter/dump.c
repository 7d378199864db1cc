/* Reads programs (a line with their length in bytes, then the bytes), parses each, and writes its named nodes in order:
   depth, kind, first byte and the one after the last, and `error` or `missing`. An empty line ends a program.
   `dump --query FILE` says whether a query is one of this grammar's. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_tune(void);

static void walk(TSNode node, unsigned depth) {
  const char *flag = ts_node_is_error(node) ? " error" : ts_node_is_missing(node) ? " missing" : "";
  if (ts_node_is_named(node) || *flag)
    printf("%u %s %u %u%s\n", depth, ts_node_type(node), ts_node_start_byte(node), ts_node_end_byte(node), flag);
  for (uint32_t i = 0; i < ts_node_child_count(node); i++) walk(ts_node_child(node, i), depth + 1);
}

static int query(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return 2;
  char *text = malloc(1 << 20);
  size_t length = fread(text, 1, 1 << 20, file);
  fclose(file);
  uint32_t offset;
  TSQueryError error;
  TSQuery *made = ts_query_new(tree_sitter_tune(), text, (uint32_t)length, &offset, &error);
  if (!made) printf("error %d at byte %u: %.60s\n", error, offset, text + offset);
  free(text);
  return made ? 0 : 1;
}

int main(int count, char **arguments) {
  if (count == 3 && strcmp(arguments[1], "--query") == 0) return query(arguments[2]);
  TSParser *parser = ts_parser_new();
  if (!ts_parser_set_language(parser, tree_sitter_tune())) return 3;
  size_t length;
  while (scanf("%zu", &length) == 1 && getchar() == '\n') {
    char *text = malloc(length + 1);
    if (!text || fread(text, 1, length, stdin) != length) return 4;
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)length);
    walk(ts_tree_root_node(tree), 0);
    printf("\n");
    ts_tree_delete(tree);
    free(text);
  }
  ts_parser_delete(parser);
  return 0;
}
