--- Names and codes that stand in a rule file as texts: printers, people, reasons, meanings.
--- A mistyped one is told when the file loads, not on the day it is needed. What is put together
--- while a rule runs is only known then.
local lists = require("dray.lists")
local suggest = require("dray.suggest")

local literals = {}

-- So far a field is looked for in a table.
local FIELD_WORDS = 200

-- The end of what begins with [[ or [==[ at `from`; nil when nothing does.
local function long_end(text, from)
  local level = text:match("^%[(=*)%[", from)
  if not level then return nil end
  local _, last = text:find("]" .. level .. "]", from, true)
  return last or #text
end

local function comment_end(text, from)
  return long_end(text, from + 2) or (text:find("\n", from, true) or #text + 1) - 1
end

-- The end of a text in quotes.
local function quoted_end(text, from)
  local quote, at = text:sub(from, from), from + 1
  while at <= #text do
    local char = text:sub(at, at)
    if char == quote then return at end
    at = at + (char == "\\" and 2 or 1)
  end
  return #text
end

-- Kind and end of the word at `from`. What is neither name nor text is a sign by itself.
local function word_at(text, from)
  local char = text:sub(from, from)
  if text:find("^%-%-", from) then return "comment", comment_end(text, from) end
  if text:find("^[%a_]", from) then return "name", select(2, text:find("^[%w_]+", from)) end
  if char == '"' or char == "'" then return "text", quoted_end(text, from) end
  if char == "[" and long_end(text, from) then return "long", long_end(text, from) end
  return "sign", from
end

-- { kind, what it says, its line } of each word.
local function words_of(text)
  local words, line, at = {}, 1, 1
  while at <= #text do
    local blank = text:match("^%s+", at)
    local kind, last = "blank", at + #(blank or "") - 1
    if not blank then kind, last = word_at(text, at) end
    local said = text:sub(at, last)
    if kind == "text" then said = said:sub(2, -2) end
    if kind ~= "blank" and kind ~= "comment" then
      words[#words + 1] = { kind = kind, said = said, line = line }
    end
    line = line + select(2, text:sub(at, last):gsub("\n", ""))
    at = last + 1
  end
  return words
end

local function is(word, kind, said)
  return word ~= nil and word.kind == kind and (said == nil or word.said == said)
end

-- The word at `at` if it is a text and all of the value: not "dock-" .. n, nor one with escapes.
local function whole_text(words, at)
  local word, behind = words[at], words[at + 1]
  if is(word, "text") and not word.said:find("\\", 1, true) and is(behind, "sign")
    and (",;)}"):find(behind.said, 1, true) then
    return word
  end
end

-- The text that is handed over right behind the word at `i`: f "x" or f("x".
local function handed(words, i)
  if is(words[i + 1], "sign", "(") then return whole_text(words, i + 2) end
  return is(words[i + 1], "text") and words[i + 1] or nil
end

-- A field's text in the table that is handed over right behind the word at `i`: f { name = "x" }.
local function field(words, i, name)
  local at = is(words[i + 1], "sign", "(") and i + 2 or i + 1
  if not is(words[at], "sign", "{") then return nil end
  local depth, last = 1, at + FIELD_WORDS
  while depth > 0 and words[at + 1] and at < last do
    at = at + 1
    if is(words[at], "sign", "{") then depth = depth + 1 end
    if is(words[at], "sign", "}") then depth = depth - 1 end
    local is_field = depth == 1 and is(words[at], "name", name)
    if is_field and is(words[at + 1], "sign", "=") then
      return whole_text(words, at + 2)
    end
  end
end

local function named(word, list, what)
  if word and not lists.contains(list, word.said) then
    return ('dray.lua names no %s "%s"%s'):format(what, word.said, suggest.hint(word.said, list))
  end
end

-- By the word that is called: what is wrong with what it is handed, and where.
local methods = {
  print = function(words, i, known)
    local word = handed(words, i)
    return word, named(word, known.printers, "printer")
  end,
  reject = function(words, i, known)
    local word = field(words, i, "code")
    return word, word and known.code(word.said)
  end,
  scan = function(words, i, known)
    local word = field(words, i, "meaning")
    return word, word and known.meaning(word.said)
  end,
}

local function check_notify(words, i, known)
  local before = words[i - 1]
  if is(before, "sign", ".") or is(before, "sign", ":") or is(before, "name", "function") then
    return nil
  end
  local word = handed(words, i)
  return word, named(word, known.notifiers, "notify")
end

local function check_at(words, i, known)
  if not is(words[i], "name") then return nil end
  if words[i].said == "notify" then return check_notify(words, i, known) end
  local check = is(words[i - 1], "sign", ":") and methods[words[i].said]
  if check then return check(words, i, known) end
end

--- Adds what is wrong with the texts of one file.
---@param path string its name in messages
---@param text string
---@param known table printers, notifiers (names); code(text), meaning(text): what is wrong, or nil
---@param mistakes string[]
function literals.check(path, text, known, mistakes)
  local words = words_of(text)
  for i = 1, #words do
    local word, message = check_at(words, i, known)
    if message then
      local mistake = ("%s:%d: %s: %s"):format(path, word.line, words[i].said, message)
      if not lists.contains(mistakes, mistake) then mistakes[#mistakes + 1] = mistake end
    end
  end
end

return literals
