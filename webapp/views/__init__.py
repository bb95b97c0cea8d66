"""The routes: parse, call one service, render."""
