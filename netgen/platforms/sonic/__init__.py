"""SONiC's ConfigDB: one tree, built as data from a switch."""
