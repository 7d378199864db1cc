/** Token types in `tokenizer.ggml.token_type`. */
export const NORMAL_TOKEN = 1;
export const UNKNOWN_TOKEN = 2;
export const CONTROL_TOKEN = 3;
export const USER_DEFINED_TOKEN = 4;
export const UNUSED_TOKEN = 5;
export const BYTE_TOKEN = 6;
