[(block) (list) (arguments) (text) (comment)] @fold
