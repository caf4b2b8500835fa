package config

import (
	"fmt"
	"strings"
)

// Reference gives the table of every key as Markdown: docs/configuration.md and part of the help are made of it.
func Reference() string {
	var b strings.Builder
	b.WriteString("| key | variable | flag | default | |\n|---|---|---|---|---|\n")
	for _, k := range Keys() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", keyCell(k), code(k.Env), flagCell(k), code(k.Default), cell(k.describe()))
	}
	return b.String()
}

func keyCell(k Key) string {
	if k.Run {
		return "(not in the file)"
	}
	return code(k.Path)
}

func flagCell(k Key) string {
	switch {
	case k.Flag == "":
		return ""
	case k.Alias != "":
		return code("--"+k.Flag) + ", " + code("--"+k.Alias)
	}
	return code("--" + k.Flag)
}

// describe gives the whole explanation of a key: help, values, secrecy, restart.
func (k Key) describe() string {
	s := k.Help
	if k.Values != "" {
		s += " (" + k.Values + ")"
	}
	if k.Secret {
		s += "; never shown"
	}
	switch k.Restart {
	case "":
	case "yes":
		s += "; a change needs a restart"
	default:
		s += "; a change needs a restart " + k.Restart
	}
	return s
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
